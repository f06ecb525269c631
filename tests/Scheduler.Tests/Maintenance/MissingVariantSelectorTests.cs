using Microsoft.Extensions.Logging.Abstractions;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Scheduler.Maintenance;
using Swath.Scheduler.Tests.Admission;
using Swath.Scheduler.Tests.Jobs;
using static Swath.Scheduler.Tests.Jobs.JobEvents;

namespace Swath.Scheduler.Tests.Maintenance;

public sealed class MissingVariantSelectorTests : IAsyncLifetime
{
    private readonly Guid _job = Guid.NewGuid();
    private readonly Endpoint _endpoint = new();
    private AdmissionBench _bench = null!;

    public async Task InitializeAsync() => _bench = await AdmissionBench.CreateAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task RunOnceAsync_EndpointAwayAtSelectionAndThenBack_ChoosesTheVariantBeforeTheFirstAdmission()
    {
        await using var process = await JobProcess.StartAsync(_bench.Database.DataSource);
        await _bench.AddWorkerAsync("worker");
        await HandleAsync(process, Requested(_job) with { Endpoint = new() { Name = "ships", Type = EndpointType.SageMaker } }, Measured(_job), Selected(_job));
        await _bench.Database.ExecuteAsync("insert into job_regions (job_id, region_id, tiles, kind) values ($1, 0, 4, 'ships'), ($1, 1, 4, 'ships')", _job);
        var selector = Selector();

        // Away: the job waits, nothing is counted, and nothing is admitted.
        _endpoint.Answers = false;
        await selector.RunOnceAsync();
        Assert.Equal(0, (await _bench.CycleAsync()).Admitted);
        Assert.Empty(await _bench.Ledger.ReadAsync("ships"));
        Assert.Equal(("EndpointUnknown", "no answer"), (await ReadAsync("reason"), await ReadAsync("detail")));

        // Back: an event brings the variant, and the job keeps its place.
        _endpoint.Answers = true;
        await selector.RunOnceAsync();
        Assert.Equal(1, await _bench.Database.ScalarAsync<long>("select count(*) from message_pending where job_id = $1 and message::text like '%:VariantSelected%'", _job));
        Assert.Equal(0, (await _bench.CycleAsync()).Admitted);
        await HandleAsync(process, Selected(_job) with { Variant = "blue" });
        await HandleAsync(process, Selected(_job) with { Variant = "green" });
        Assert.Equal(("blue", "1", null), (await ReadAsync("variant"), await ReadAsync("turn::text"), await ReadAsync("reason")));

        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
        Assert.Equal(("blue", 8), (Assert.Single(await _bench.Ledger.ReadAsync("ships")).Key.Variant, Assert.Single(await _bench.Ledger.ReadAsync("ships")).Reserved));
        await selector.RunOnceAsync();
        Assert.Empty((await process.Verify.CompareAsync()).Differences);
    }

    [Fact]
    public async Task RunOnceAsync_EndpointOfHttpThatTheLedgerForgot_IsCountedAgain()
    {
        await _bench.AddWorkerAsync("worker");
        await _bench.AddJobAsync(new Swath.Testing.JobSeed { Endpoint = "http://localhost/ships" });
        Assert.Equal(0, (await _bench.CycleAsync()).Admitted);

        await Selector().RunOnceAsync();

        Assert.Equal(1, (await _bench.CycleAsync()).Admitted);
    }

    private MissingVariantSelector Selector() => new(
        _bench.Database.DataSource, _endpoint, _bench.Capacities, _bench.Outbox, _bench.Options, _bench.Time, NullLogger<MissingVariantSelector>.Instance);

    private Task<string?> ReadAsync(string column) => _bench.Database.ScalarAsync<string>($"select {column} from queue where job_id = $1", _job);

    private static async Task HandleAsync(JobProcess process, params object[] messages)
    {
        foreach (var message in messages)
            Assert.Null(await process.HandleAsync(message, Guid.NewGuid()));
    }

    /// <summary>An endpoint whose control plane can be away.</summary>
    private sealed class Endpoint : IVariantSelector
    {
        public bool Answers { get; set; }

        public ValueTask<string?> SelectAsync(ModelEndpoint endpoint, CancellationToken cancellationToken) =>
            endpoint.Type == EndpointType.Http ? new((string?)null)
            : Answers ? new("blue")
            : throw new InvocationException(InvocationFailure.UnknownEndpoint, retryable: true, "no answer");
    }
}
