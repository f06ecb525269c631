using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swath.Host.Composition.Health;
using Swath.Scheduler.Admission;
using Swath.Scheduler.Maintenance;
using Swath.Testing;

namespace Swath.Host.Tests.Health;

public sealed class HealthApiTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private readonly BrokenDuty _duty;
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public HealthApiTests() => _duty = new BrokenDuty(_time);

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(_time).AddSingleton<AdmissionProgress>().AddHostedService(_ => _duty).AddSchedulerHealth();
        _app = builder.Build();
        _app.MapSwathHealth();
        _app.Services.GetRequiredService<AdmissionProgress>();
        await _app.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.Single()) };
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Health_CyclesEnd_IsHealthy() => Assert.Equal((HttpStatusCode.OK, "Healthy"), await StatusAsync());

    [Fact]
    public async Task Health_NoCycleEndsForAMinute_SaysForHowLongAndIsNoReasonToRestart()
    {
        _time.Advance(TimeSpan.FromSeconds(90));

        Assert.Equal((HttpStatusCode.OK, "Degraded"), await StatusAsync());
        Assert.Contains("No admission cycle has ended for 90 s", await _http.GetStringAsync("/health"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync("/health/ready")).StatusCode);
    }

    [Fact]
    public async Task Health_ADutyFails_NamesItUntilItIsDone()
    {
        await _duty.TurnAsync(fails: true);
        Assert.Contains(nameof(BrokenDuty), await _http.GetStringAsync("/health"), StringComparison.Ordinal);

        await _duty.TurnAsync(fails: false);
        Assert.Equal((HttpStatusCode.OK, "Healthy"), await StatusAsync());
    }

    private async Task<(HttpStatusCode Code, string Status)> StatusAsync()
    {
        using var answer = await _http.GetAsync("/health");
        return (answer.StatusCode, (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["status"]!);
    }

    private sealed class BrokenDuty(FakeTimeProvider time) : Periodic(time, NullLogger.Instance)
    {
        private readonly SemaphoreSlim _begin = new(0);
        private readonly SemaphoreSlim _waits = new(0);
        private bool _fails;

        protected override TimeSpan Interval => TimeSpan.FromSeconds(1);

        public override Task RunOnceAsync(CancellationToken cancellationToken = default) =>
            _fails ? throw new InvalidOperationException("broken") : Task.CompletedTask;

        /// <summary>Until the duty waits for its next turn.</summary>
        public async Task TurnAsync(bool fails)
        {
            await _waits.WaitAsync();
            _fails = fails;
            _begin.Release();
            await _waits.WaitAsync();
            _waits.Release();
        }

        protected override Task WaitAsync(CancellationToken cancellationToken)
        {
            _waits.Release();
            return _begin.WaitAsync(cancellationToken);
        }
    }
}
