using Microsoft.Extensions.Configuration;
using Swath.Contracts;
using Swath.Scheduler.Maintenance;
using Swath.Scheduler.Tests.Admission;
using Swath.Testing;

namespace Swath.Scheduler.Tests;

/// <summary>What a changed appsettings.json does, through the configuration and the options as a process has them.</summary>
public sealed class ConfigurationReloadTests : IAsyncLifetime
{
    private const string Model = "http://localhost:8080/invocations";
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection().Build();
    private AdmissionBench _bench = null!;

    public async Task InitializeAsync()
    {
        _bench = await AdmissionBench.CreateAsync(configuration: _configuration);
        await _bench.AddWorkerAsync("worker");
        await _bench.Capacities.RefreshAsync(Model, EndpointType.Http, null);
        for (var job = 0; job < 5; job++)
            await _bench.AddJobAsync(new JobSeed { Endpoint = Model, TileWorkers = 4 });
    }

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Reload_ThrottlingSwitchedOff_NextCycleAdmitsAll()
    {
        Assert.Equal(2, (await _bench.CycleAsync()).Admitted);

        Reload("SCHEDULER_THROTTLING_ENABLED", "False");

        Assert.Equal(3, (await _bench.CycleAsync()).Admitted);
    }

    [Fact]
    public async Task Reload_TargetPercentage_NextCycleFollows()
    {
        Assert.Equal(2, (await _bench.CycleAsync()).Admitted);

        Reload("CAPACITY_TARGET_PERCENTAGE", "1.6");

        Assert.Equal(2, (await _bench.CycleAsync()).Admitted);
        Assert.Equal(16, (await _bench.Ledger.ReadAsync(Model))[0].Target);
    }

    [Fact]
    public async Task Reload_Concurrency_MovesTheLedgerAtOnce()
    {
        Assert.Equal(2, (await _bench.CycleAsync()).Admitted);
        var refresher = _bench.Hosted<CapacityRefresher>();
        await refresher.StartAsync(CancellationToken.None);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        // The clock stands still: nothing but the reload makes it ask.
        Reload("DEFAULT_HTTP_ENDPOINT_CONCURRENCY", "20");
        while ((await _bench.Ledger.ReadAsync(Model))[0].MaxCapacity != 20)
            patience.Token.ThrowIfCancellationRequested();

        await refresher.StopAsync(CancellationToken.None);
        Assert.Equal(3, (await _bench.CycleAsync()).Admitted);
    }

    private void Reload(string setting, string value)
    {
        _configuration[setting] = value;
        _configuration.Reload();
    }
}
