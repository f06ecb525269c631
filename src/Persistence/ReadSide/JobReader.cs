using Npgsql;

namespace Swath.Persistence.ReadSide;

/// <summary>Reads jobs for people: the CLI and the API.</summary>
public sealed class JobReader(NpgsqlDataSource database)
{
    private const int ShortestId = 8;

    // Served by the primary keys of jobs, queue and tile_results, and jobs_by_requested_at.
    private const string Select = """
        SELECT j.job_id, j.name, j.tenant, j.state, q.reason, q.detail, q.position, j.image_url, j.endpoint, j.variant,
               j.priority, j.regions_total, j.regions_done, j.regions_failed, j.tiles_total, j.tiles_done, j.tiles_failed,
               CASE WHEN j.finished_at IS NULL AND j.started_at IS NOT NULL
                    THEN (SELECT count(*) FROM tile_results t WHERE t.job_id = j.job_id)
                    ELSE j.tiles_done + j.tiles_failed END::int AS tiles_stored,
               j.features, j.results, j.failure, j.requested_at, j.started_at, j.finished_at, j.outputs_failed, j.tiles_skipped
        FROM jobs j LEFT JOIN queue q ON q.job_id = j.job_id
        """;

    // A request that was accepted and that its saga has yet to hear of; served by submissions_job. The columns are those of Select.
    private const string SelectSubmitted = """
        SELECT s.job_id, s.name, s.tenant, 'Requested', null::text, null::text, null::int, s.image_url, s.endpoint, null::text,
               s.priority, 0, 0, 0, 0, 0, 0, 0, 0::bigint, null::text[], null::text, s.submitted_at, null::timestamptz, null::timestamptz, 0, 0
        FROM submissions s WHERE s.job_id = $1
        """;

    /// <summary>The job, from the moment that its request was accepted; null when there is none with this id.</summary>
    public async Task<JobRow?> FindAsync(Guid jobId, CancellationToken cancellationToken)
    {
        foreach (var select in (string[])[$"{Select} WHERE j.job_id = $1", SelectSubmitted])
        {
            await using var command = database.CreateCommand(select);
            command.Parameters.AddWithValue(jobId);
            if (await ReadAsync(command, cancellationToken) is [var job])
                return job;
        }

        return null;
    }

    /// <summary>The job's state as its row has it; null when there is no such job (yet).</summary>
    public async Task<string?> StateOfAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT state FROM jobs WHERE job_id = $1");
        command.Parameters.AddWithValue(jobId);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>The time of the database, by which what is asked of a job is put in order, whichever process is asked.</summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT swath_now()");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetFieldValue<DateTimeOffset>(0);
    }

    /// <summary>Jobs whose id begins with the given hexadecimal digits: none, the one that is meant, or an ambiguity.</summary>
    /// <param name="idPrefix">Up to 32 digits, with the dashes of a UUID or without.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<JobRow>> FindByPrefixAsync(string idPrefix, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(idPrefix);
        var digits = idPrefix.Replace("-", "", StringComparison.Ordinal);
        if (digits.Length is 0 or > 32 || !digits.All(char.IsAsciiHexDigit))
            return [];

        // As a range of ids, which the primary key serves; a pattern would read the whole table.
        await using var command = database.CreateCommand($"{Select} WHERE j.job_id BETWEEN $1 AND $2 ORDER BY j.job_id LIMIT $3");
        command.Parameters.AddWithValue(Guid.ParseExact(digits.PadRight(32, '0'), "N"));
        command.Parameters.AddWithValue(Guid.ParseExact(digits.PadRight(32, 'f'), "N"));
        command.Parameters.AddWithValue(limit);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>For each job the shortest beginning of its id, of eight digits or more, that no other job's id has.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> ShortIdsAsync(IReadOnlyCollection<Guid> jobs, CancellationToken cancellationToken)
    {
        // The neighbours in the order of ids share most with it; the primary key serves both.
        await using var command = database.CreateCommand(
            """
            SELECT wanted.job_id,
                   (SELECT j.job_id FROM jobs j WHERE j.job_id < wanted.job_id ORDER BY j.job_id DESC LIMIT 1),
                   (SELECT j.job_id FROM jobs j WHERE j.job_id > wanted.job_id ORDER BY j.job_id LIMIT 1)
            FROM unnest($1::uuid[]) AS wanted (job_id)
            """);
        command.Parameters.AddWithValue(jobs.Distinct().ToArray());
        Dictionary<Guid, string> ids = [];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0).ToString();
            var shared = Enumerable.Range(1, 2).Max(column => reader.IsDBNull(column) ? 0 : id.AsSpan().CommonPrefixLength(reader.GetGuid(column).ToString()));
            // A dash tells nothing apart.
            var length = Math.Max(ShortestId, shared + 1);
            ids.Add(reader.GetGuid(0), id[length - 1] == '-' ? id[..(length + 1)] : id[..length]);
        }

        return ids;
    }

    /// <summary>The newest jobs first.</summary>
    /// <param name="state">Only jobs in this state; all when null.</param>
    /// <param name="tenant">Only jobs of this tenant; all when null.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<JobRow>> ListAsync(string? state, string? tenant, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"{Select} WHERE ($1::text IS NULL OR j.state = $1) AND ($2::text IS NULL OR j.tenant = $2) ORDER BY j.requested_at DESC, j.job_id LIMIT $3");
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = state });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = tenant });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<List<JobRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        List<JobRow> rows = [];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(Row(reader));
        return rows;
    }

    private static JobRow Row(NpgsqlDataReader reader) => new()
    {
        JobId = reader.GetGuid(0),
        Name = reader.GetString(1),
        Tenant = reader.GetString(2),
        State = reader.GetString(3),
        WaitingReason = Nullable<string>(reader, 4),
        WaitingDetail = Nullable<string>(reader, 5),
        QueuePosition = reader.IsDBNull(6) ? null : reader.GetInt32(6),
        ImageUrl = reader.GetString(7),
        Endpoint = reader.GetString(8),
        Variant = Nullable<string>(reader, 9),
        Priority = reader.GetInt32(10),
        RegionsTotal = reader.GetInt32(11),
        RegionsDone = reader.GetInt32(12),
        RegionsFailed = reader.GetInt32(13),
        TilesTotal = reader.GetInt32(14),
        TilesDone = reader.GetInt32(15),
        TilesFailed = reader.GetInt32(16),
        TilesStored = reader.GetInt32(17),
        Features = reader.GetInt64(18),
        Results = reader.IsDBNull(19) ? [] : reader.GetFieldValue<string[]>(19),
        Failure = Nullable<string>(reader, 20),
        RequestedAt = reader.GetFieldValue<DateTimeOffset>(21),
        StartedAt = reader.IsDBNull(22) ? null : reader.GetFieldValue<DateTimeOffset>(22),
        FinishedAt = reader.IsDBNull(23) ? null : reader.GetFieldValue<DateTimeOffset>(23),
        OutputsFailed = reader.GetInt32(24),
        TilesSkipped = reader.GetInt32(25),
    };

    private static T? Nullable<T>(NpgsqlDataReader reader, int column)
        where T : class =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);
}
