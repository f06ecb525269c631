using Npgsql;
using Swath.Persistence.Tests.Placement;
using Swath.Testing;

namespace Swath.Persistence.Tests.Capacity;

/// <summary>Whoever ends a region locks it, then its job's reservation. Nobody may wait for a region with the reservation in hand.</summary>
public sealed class LockOrderTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly PlacementBench _bench = new(database.Database);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ReleaseOrReconcile_RegionIsBeingEnded_WaitsWithoutTheReservation(bool reconcile)
    {
        var (job, _, key) = await _bench.StartAsync(regions: 2);
        await _bench.SetStateAsync(job, "Cancelled");
        _bench.Time.Advance(TimeSpan.FromMinutes(2));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        Task release;
        await using (var connection = await _bench.Database.DataSource.OpenConnectionAsync(patience.Token))
        await using (var ending = await connection.BeginTransactionAsync(patience.Token))
        {
            await ExecuteAsync(ending, "select from job_regions where job_id = $1 and region_id = 1 for no key update", job.JobId, patience.Token);
            release = reconcile ? _bench.Ledger.ReconcileAsync(patience.Token) : _bench.Ledger.ReleaseAsync(job.JobId, patience.Token);
            while (!release.IsCompleted && await _bench.CountAsync("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") == 0)
                patience.Token.ThrowIfCancellationRequested();

            // Refused at once when somebody has it.
            await ExecuteAsync(ending, "select from capacity_reservations where job_id = $1 for update nowait", job.JobId, patience.Token);
            await ending.CommitAsync(patience.Token);
        }

        await release;
        Assert.Equal(0, (await _bench.EntryAsync(key)).Reserved);
    }

    private static async Task ExecuteAsync(NpgsqlTransaction transaction, string sql, Guid job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        command.Parameters.Add(new NpgsqlParameter { Value = job });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
