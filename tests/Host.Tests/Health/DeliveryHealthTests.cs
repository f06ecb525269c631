using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Swath.Host.Composition.Health;
using Swath.Persistence.Outbox;
using Swath.Testing;

namespace Swath.Host.Tests.Health;

// Messages of the whole database count: the test has its own.
public sealed class DeliveryHealthTests : IAsyncLifetime
{
    private const string Add =
        """
        insert into message_pending (message_id, destination, message, due_at, next_try, faulted_at)
        values (gen_random_uuid(), 'queue:nobody', '{}', swath_now() - $1::interval, swath_now(), case when $2 then swath_now() end)
        """;

    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await PostgresServer.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Check_MessagesThatWaitOrAreNotTriedAnyMore_AreTold()
    {
        Assert.Equal((HealthStatus.Healthy, null), await CheckAsync());

        // A moment is no reason for alarm.
        await _database.ExecuteAsync(Add, TimeSpan.FromSeconds(5), false);
        Assert.Equal((HealthStatus.Healthy, null), await CheckAsync());

        await _database.ExecuteAsync(Add, TimeSpan.FromHours(1), true);
        var (status, text) = await CheckAsync();
        Assert.Equal(HealthStatus.Degraded, status);
        Assert.StartsWith("1 messages could not be delivered and are not tried any more: 'swath faults' lists them", text, StringComparison.Ordinal);

        await _database.ExecuteAsync(Add, TimeSpan.FromMinutes(2), false);
        (status, text) = await CheckAsync();
        Assert.Equal(HealthStatus.Degraded, status);
        Assert.StartsWith("A message has not been delivered for 12", text, StringComparison.Ordinal);
    }

    private async Task<(HealthStatus Status, string? Text)> CheckAsync()
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton(_database.DataSource).AddSwathOutbox().BuildServiceProvider();
        var answer = await new DeliveryHealth(services.GetRequiredService<UndeliveredMessages>(), TimeProvider.System).CheckHealthAsync(new HealthCheckContext());
        return (answer.Status, answer.Description);
    }
}
