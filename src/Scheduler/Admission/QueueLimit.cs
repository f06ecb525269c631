using Npgsql;
using Swath.Scheduler.Ordering;

namespace Swath.Scheduler.Admission;

/// <summary>How many jobs a tenant may have waiting.</summary>
/// <param name="Tenant">Whose job asks to be let in.</param>
/// <param name="Tier">The tenant's tier.</param>
/// <param name="MaxQueued"><c>tenants.max_queued</c>, or the tier's limit.</param>
internal sealed record QueueLimit(string Tenant, TenantTier Tier, int MaxQueued)
{
    /// <summary>Why a job is refused, and what would help.</summary>
    public string Refusal =>
        $"TenantLimit: the queue of tenant {Tenant} ({Tier.Name}) is full, {MaxQueued} jobs wait. "
        + "Submit the job again when some of them run, or have tenants.max_queued or the tenant's tier raised.";

    /// <returns>Null when there is no such job.</returns>
    public static async Task<QueueLimit?> ReadAsync(NpgsqlDataSource database, Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select j.tenant, t.tier, t.max_queued from jobs j left join tenants t on t.tenant = j.tenant
             where j.job_id = $1 and j.tenant is not null
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = jobId });
        await using var row = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await row.ReadAsync(cancellationToken).ConfigureAwait(false))
            return null;
        var tier = TenantTier.Named(row.IsDBNull(1) ? null : row.GetString(1));
        return new QueueLimit(row.GetString(0), tier, row.IsDBNull(2) ? tier.MaxQueued : row.GetInt32(2));
    }
}
