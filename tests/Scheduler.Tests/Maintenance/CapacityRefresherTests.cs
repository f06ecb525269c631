using Swath.Contracts;
using Swath.Scheduler.Maintenance;
using Swath.Scheduler.Tests.Admission;
using Swath.Testing;

namespace Swath.Scheduler.Tests.Maintenance;

public sealed class CapacityRefresherTests : IAsyncLifetime
{
    private const string Role = "arn:aws:iam::123456789012:role/ships";

    private AdmissionBench _bench = null!;

    public async Task InitializeAsync() => _bench = await AdmissionBench.CreateAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task RunOnceAsync_JobNamesARole_AsksWithIt()
    {
        await _bench.AddEndpointAsync("ships", 3);
        var job = await _bench.AddJobAsync(new JobSeed { Endpoint = "ships" });
        await _bench.Database.ExecuteAsync(
            "insert into job_events (job_id, version, message_id, type, data, occurred_at) values ($1, 1, $1, 'image-requested.v1', $2::jsonb, now())",
            job.JobId, $$"""{"endpoint": { "name": "ships", "type": "SageMaker", "assumedRole": "{{Role}}" } }""");

        await _bench.Hosted<CapacityRefresher>().RunOnceAsync();

        Assert.Equal([Role], _bench.Estimator.Roles);
        Assert.Equal(10, Assert.Single(await _bench.Ledger.ReadAsync("ships")).MaxCapacity);
    }

    [Fact]
    public async Task RunOnceAsync_JobWithoutRole_AsksWithNone()
    {
        await _bench.AddEndpointAsync("ships", 3);
        await _bench.AddEndpointAsync("of nobody", 3);
        await _bench.AddJobAsync(new JobSeed { Endpoint = "ships" });

        await _bench.Hosted<CapacityRefresher>().RunOnceAsync();

        Assert.Equal([null], _bench.Estimator.Roles);
    }

    [Fact]
    public async Task RefreshAsync_RoleIsRefused_TellsAllTenantsOnlyThatItIs()
    {
        _bench.Estimator.MaxCapacity = null;

        await _bench.Capacities.RefreshAsync("ships", EndpointType.SageMaker, null, Role);

        var problem = Assert.Single(await _bench.Ledger.ReadAsync("ships")).Problem;
        Assert.Contains("with the role that a request names", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("does not exist", problem, StringComparison.Ordinal);
        Assert.DoesNotContain(Role, problem, StringComparison.Ordinal);
    }
}
