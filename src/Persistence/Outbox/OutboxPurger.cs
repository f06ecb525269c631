using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Swath.Persistence.EventSourcing;

namespace Swath.Persistence.Outbox;

/// <summary>Removes delivered rows that nobody will need again.</summary>
internal sealed class OutboxPurger(NpgsqlDataSource database, StreamModel? model, TimeProvider time, IOptions<OutboxOptions> options)
{
    private const int BatchSize = 5_000;

    // Served by outbox_delivered. Where the transport forgets, the rows of a job that is not over are its insurance.
    private const string Purge =
        """
        delete from outbox where message_id in (
          select o.message_id from outbox o
          where o.delivered_at < $1
            and (not $2 or o.job_id is null or exists (select from jobs j where j.job_id = o.job_id and j.state = any($3)))
          limit $4
          for update skip locked
        )
        """;

    /// <summary>Removes what is old enough.</summary>
    /// <returns>How many rows were removed.</returns>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        var total = 0;
        while (true)
        {
            await using var command = database.CreateCommand(Purge);
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() - options.Value.KeepDelivered });
            command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = options.Value.TransportForgets });
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. model?.FinalStates ?? []], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
            var removed = await command.ExecuteNonQueryAsync(cancellationToken);
            total += removed;
            if (removed < BatchSize)
                return total;
        }
    }
}
