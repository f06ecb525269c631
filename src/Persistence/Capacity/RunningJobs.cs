using System.Collections.Concurrent;
using Npgsql;

namespace Swath.Persistence.Capacity;

/// <summary>
/// How many jobs of a tenant hold reservations. Counted, since a row with a counter would be written by every admission and every end. Whoever admits
/// has the tenant's lock, so that a tenant's reservations get their numbers in the order in which they are committed: those before the oldest that
/// is open are closed for good, and are not passed again, though an open transaction keeps them in the index.
/// </summary>
internal sealed class RunningJobs
{
    // Tenants share locks, so that a batch of many tenants takes few. Any number, the same for every Swath.
    private const string LockClass = "1937203572";
    private const int Locks = 64;

    private readonly ConcurrentDictionary<string, long> _oldest = new(StringComparer.Ordinal);

    /// <summary>Locks tenants until the end of the transaction, in an order that is the same for all.</summary>
    public static NpgsqlBatchCommand Lock(string[] tenants)
    {
        var command = new NpgsqlBatchCommand(
            $"""
            select count(pg_advisory_xact_lock({LockClass}, l.number)) from (
              select distinct abs(hashtext(t.tenant) % {Locks}) as number from unnest($1) as t (tenant) order by number offset 0) l
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = tenants });
        return command;
    }

    /// <summary>Counts: one row for each tenant, for <see cref="ReadAsync"/>. Index: capacity_reservations_running.</summary>
    public NpgsqlBatchCommand Count(IReadOnlyCollection<string> tenants)
    {
        var command = new NpgsqlBatchCommand(
            """
            select t.tenant, c.running, c.oldest from unnest($1, $2) as t (tenant, since)
             cross join lateral (
               select count(*)::int as running, min(r.reservation_id) as oldest from capacity_reservations r
                where r.tenant = t.tenant and r.reservation_id >= t.since and r.closed_at is null) c
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = tenants.ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = tenants.Select(tenant => _oldest.GetValueOrDefault(tenant)).ToArray() });
        return command;
    }

    /// <param name="row">The answer to <see cref="Count"/>.</param>
    /// <param name="isLocked">True for who has the tenants' locks: what it sees is remembered.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<Dictionary<string, int>> ReadAsync(NpgsqlDataReader row, bool isLocked, CancellationToken cancellationToken)
    {
        var running = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            running[row.GetString(0)] = row.GetInt32(1);
            if (isLocked && !row.IsDBNull(2))
                _oldest[row.GetString(0)] = row.GetInt64(2);
        }

        return running;
    }
}
