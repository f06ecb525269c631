using Swath.Host.Composition;
using Swath.Testing;

namespace Swath.Host.Tests.Transports;

public sealed class RolesLockTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await PostgresServer.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task TryTake_ProcessesOfABroker_ShareItAndKeepTheInMemoryOneOut()
    {
        await using var one = await TakeAsync(shared: true);
        await using var other = await TakeAsync(shared: true);

        Assert.NotNull(one);
        Assert.NotNull(other);
        Assert.Null(await TakeAsync(shared: false));
        Assert.True(await RolesLock.IsHeldAsync(_database.DataSource, CancellationToken.None));
    }

    [Fact]
    public async Task TryTake_InMemoryProcess_IsAlone()
    {
        await using (var alone = await TakeAsync(shared: false))
        {
            Assert.NotNull(alone);
            Assert.Null(await TakeAsync(shared: false));
            Assert.Null(await TakeAsync(shared: true));
        }

        await using var next = await TakeAsync(shared: true);
        Assert.NotNull(next);
    }

    private Task<RolesLock?> TakeAsync(bool shared) => RolesLock.TryTakeAsync(_database.ConnectionString, shared, CancellationToken.None);
}
