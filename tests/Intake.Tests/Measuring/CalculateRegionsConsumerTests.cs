using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Swath.Contracts;
using Swath.Imaging;
using Swath.Imaging.Remote;
using Swath.Intake.Measuring;
using Swath.Persistence;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Losses;
using Swath.Testing;

namespace Swath.Intake.Tests.Measuring;

public sealed class CalculateRegionsConsumerTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    [Fact]
    public async Task Consume_ImageThatIsNotThere_IsRejectedAndCounted()
    {
        var measured = new ConcurrentBag<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == IntakeMetrics.MeterName)
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            measured.Add($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();
        await using var services = Measuring()
            .AddMassTransitTestHarness(bus =>
            {
                bus.SetKebabCaseEndpointNameFormatter();
                bus.AddIntakeConsumers();
            }).BuildServiceProvider();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var job = new CalculateRegions { JobId = Guid.NewGuid(), ImageUrl = "/no/such/image.tif", Tile = new TileOptions() };
        await database.Database.ExecuteAsync("insert into jobs (job_id, state, updated_at, version) values ($1, 'Requested', now(), 1)", job.JobId);

        await (await harness.Bus.GetSendEndpoint(Queues.CalculateRegions)).Send(job);

        Assert.True(await harness.Sent.Any<ImageRejected>(rejected => rejected.Context.Message.JobId == job.JobId));
        Assert.Contains("scheduler.image_access_errors 1 reason=NotFound", measured);
    }

    [Fact]
    public async Task Consume_StoreThatIsAwayForAWhile_IsMeasuredLaterAndNotRejected()
    {
        using var store = new BusyStore(busyAnswers: 2);
        await using var services = Measuring()
            .Configure<RemoteImageOptions>(options => (options.HttpHosts, options.HttpPlain, options.HttpInternalAddresses, options.Retries) = ("*", true, true, 0))
            .AddMassTransitTestHarness(bus =>
            {
                bus.SetTestTimeouts(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(30));
                bus.SetKebabCaseEndpointNameFormatter();
                bus.AddConfigureEndpointsCallback((_, endpoint) => endpoint.UseEventSourcedRetry(null, CalculateRegionsConsumer.Retry));
                bus.AddIntakeConsumers();
            }).BuildServiceProvider();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var job = new CalculateRegions { JobId = Guid.NewGuid(), ImageUrl = store.Url, Tile = new TileOptions { Format = TileFormat.Gtiff } };
        await database.Database.ExecuteAsync("insert into jobs (job_id, state, updated_at, version) values ($1, 'Requested', now(), 1)", job.JobId);

        await (await harness.Bus.GetSendEndpoint(Queues.CalculateRegions)).Send(job);

        Assert.True(await harness.Sent.Any<RegionsCalculated>(measured => measured.Context.Message.JobId == job.JobId));
        Assert.Empty(harness.Sent.Select<ImageRejected>());
        Assert.True(store.Requests > 2);
    }

    [Fact]
    public async Task Consume_MeasuringThatEndedTheProcessBefore_FailsTheJobInsteadOfMeasuringAgain()
    {
        await using var services = Measuring().Configure<IntakeOptions>(options => options.ImageMaxLosses = 2).AddMassTransitTestHarness(bus =>
        {
            bus.SetKebabCaseEndpointNameFormatter();
            bus.AddIntakeConsumers();
        }).BuildServiceProvider();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var job = new CalculateRegions { JobId = Guid.NewGuid(), ImageUrl = "/no/such/image.tif", Tile = new TileOptions() };
        await database.Database.ExecuteAsync("insert into jobs (job_id, state, updated_at, version) values ($1, 'Requested', now(), 1)", job.JobId);

        // Two processes began, and neither came to an end.
        var losses = services.GetRequiredService<CommandLosses>();
        Assert.Equal(0, await losses.BeginAsync(job.JobId, CommandLosses.Measuring, default));
        Assert.Equal(1, await losses.BeginAsync(job.JobId, CommandLosses.Measuring, default));
        await (await harness.Bus.GetSendEndpoint(Queues.CalculateRegions)).Send(job);

        Assert.True(await harness.Sent.Any<ImageRejected>(rejected => rejected.Context.Message.JobId == job.JobId
            && rejected.Context.Message.Detail.Contains("lost 2 times", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Consume_MeasuringThatEnded_LeavesNothingToCount()
    {
        await using var services = Measuring().AddMassTransitTestHarness(bus =>
        {
            bus.SetKebabCaseEndpointNameFormatter();
            bus.AddIntakeConsumers();
        }).BuildServiceProvider();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var job = new CalculateRegions { JobId = Guid.NewGuid(), ImageUrl = "/no/such/image.tif", Tile = new TileOptions() };
        await database.Database.ExecuteAsync("insert into jobs (job_id, state, updated_at, version) values ($1, 'Requested', now(), 1)", job.JobId);

        await (await harness.Bus.GetSendEndpoint(Queues.CalculateRegions)).Send(job);

        Assert.True(await harness.Consumed.Any<CalculateRegions>(consumed => consumed.Context.Message.JobId == job.JobId));
        Assert.Equal(0L, await database.Database.ScalarAsync<long>("select count(*) from commands_begun where job_id = $1", job.JobId));
    }

    [Fact]
    public async Task Consume_OneOfSeveralOutputsCantBeWritten_IsRejectedWithItsSentence()
    {
        var image = Path.GetTempFileName();
        await using (var file = File.Create(image))
            PngWriter.Write(file, new byte[16 * 16], 16, 16, 1);
        await using var services = Measuring()
            .AddSingleton<IOutputProbe>(new KnownProblems("The output b can't be written: there is no b."))
            .AddMassTransitTestHarness(bus =>
            {
                bus.SetKebabCaseEndpointNameFormatter();
                bus.AddIntakeConsumers();
            }).BuildServiceProvider();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var job = new CalculateRegions
        {
            JobId = Guid.NewGuid(),
            ImageUrl = image,
            Tile = new TileOptions(),
            Outputs = [OutputSink.ToFile("/out/a.geojson"), new OutputSink { Type = OutputType.S3, Bucket = "b" }],
        };
        await database.Database.ExecuteAsync("insert into jobs (job_id, state, updated_at, version) values ($1, 'Requested', now(), 1)", job.JobId);

        await (await harness.Bus.GetSendEndpoint(Queues.CalculateRegions)).Send(job);

        Assert.True(await harness.Sent.Any<ImageRejected>(rejected => rejected.Context.Message is
        { Reason: ImageRejection.OutputNotWritable, Detail: "The output b can't be written: there is no b." } && rejected.Context.Message.JobId == job.JobId));
        Assert.Empty(harness.Sent.Select<RegionsCalculated>());
        File.Delete(image);
    }

    private sealed class KnownProblems(params string[] problems) : IOutputProbe
    {
        public Task<IReadOnlyList<string>> ProblemsAsync(CalculateRegions command, ImageHeader image, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>(problems);
    }

    // Without Intake's background work, which needs the saga's stream.
    private IServiceCollection Measuring() =>
        new ServiceCollection().AddLogging().AddSwathPersistence(database.DataSource).AddSwathIntake().AddWideAccess().RemoveAll<IHostedService>();
}
