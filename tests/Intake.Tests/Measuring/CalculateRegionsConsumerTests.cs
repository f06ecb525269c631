using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Swath.Contracts;
using Swath.Intake.Measuring;

namespace Swath.Intake.Tests.Measuring;

public sealed class CalculateRegionsConsumerTests
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
        await using var services = new ServiceCollection().AddLogging().AddSwathIntake()
            .AddMassTransitTestHarness(bus =>
            {
                bus.SetKebabCaseEndpointNameFormatter();
                bus.AddIntakeConsumers();
            }).BuildServiceProvider();
        var harness = services.GetRequiredService<ITestHarness>();
        await harness.Start();
        var job = new CalculateRegions { JobId = Guid.NewGuid(), ImageUrl = "/no/such/image.tif", Tile = new TileOptions() };

        await (await harness.Bus.GetSendEndpoint(Queues.CalculateRegions)).Send(job);

        Assert.True(await harness.Published.Any<ImageRejected>(rejected => rejected.Context.Message.JobId == job.JobId));
        Assert.Contains("scheduler.image_access_errors 1 reason=NotFound", measured);
    }
}
