using Npgsql;
using NpgsqlTypes;

namespace Swath.Testing;

/// <summary>A waiting job as a test wants it; <see cref="InsertAsync"/> puts it into the queue without a saga.</summary>
public sealed record JobSeed
{
    public Guid JobId { get; init; } = Guid.NewGuid();
    public string Tenant { get; init; } = "tenant";
    public string Endpoint { get; init; } = "endpoint";
    public string? Variant { get; init; }
    public int Priority { get; init; } = 10;
    public int Regions { get; init; } = 1;
    public int TileWorkers { get; init; } = 1;

    /// <summary>Tiles of each region: more than any number of tile workers, unless the test is about them.</summary>
    public int Tiles { get; init; } = 1_000;

    public string Kind { get; init; } = "kind";

    /// <summary>The job's affinity as JSON.</summary>
    public string? Affinity { get; init; }

    public DateTimeOffset QueuedAt { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public string State { get; init; } = "Queued";

    /// <summary>Writes jobs and their planned regions, many at once.</summary>
    public static async Task InsertAsync(NpgsqlDataSource database, params IReadOnlyList<JobSeed> jobs)
    {
        await using var batch = database.CreateBatch();
        var rows = new NpgsqlBatchCommand(
            """
            insert into jobs (job_id, name, tenant, kind, state, endpoint, endpoint_type, variant, priority, affinity, tile_workers,
                              regions_total, regions_done, regions_failed, requested_at, queued_at, updated_at, version)
            select s.job_id, s.job_id::text, s.tenant, s.kind, s.state, s.endpoint, 'Http', s.variant, s.priority, s.affinity::jsonb, s.tile_workers,
                   s.regions, 0, 0, s.queued_at, s.queued_at, s.queued_at, 3
              from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                as s (job_id, tenant, kind, state, endpoint, variant, priority, affinity, tile_workers, regions, queued_at)
            """);
        rows.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.JobId).ToArray() });
        rows.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.Tenant).ToArray() });
        rows.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.Kind).ToArray() });
        rows.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.State).ToArray() });
        rows.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.Endpoint).ToArray() });
        rows.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.Variant).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        rows.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.Priority).ToArray() });
        rows.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.Affinity).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        rows.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.TileWorkers).ToArray() });
        rows.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.Regions).ToArray() });
        rows.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.QueuedAt).ToArray() });
        var regions = new NpgsqlBatchCommand(
            """
            insert into job_regions (job_id, region_id, tiles, kind)
            select s.job_id, r, s.tiles, s.kind from unnest($1, $2, $3, $4) as s (job_id, kind, regions, tiles) cross join lateral generate_series(0, s.regions - 1) as r
            """);
        regions.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.JobId).ToArray() });
        regions.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.Kind).ToArray() });
        regions.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.Regions).ToArray() });
        regions.Parameters.Add(new NpgsqlParameter { Value = jobs.Select(job => job.Tiles).ToArray() });
        // A job is queued when its regions are known.
        batch.BatchCommands.Add(regions);
        batch.BatchCommands.Add(rows);
        await batch.ExecuteNonQueryAsync();
    }
}
