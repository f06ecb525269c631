using System.Text;
using Npgsql;
using Swath.Contracts;
using Swath.Persistence.Outbox;

namespace Swath.Intake.Submitting;

/// <summary>The table <c>submissions</c>: a request and the message to the saga are stored together, or neither is.</summary>
internal sealed class SubmissionStore(NpgsqlDataSource database, IOutbox outbox)
{
    // What the rules allow of any of them, and more than an index would take of a tenant that breaks them.
    private const int LongestText = 600;

    // Not beside a job that is there: its saga has its request already.
    private const string Insert =
        """
        insert into submissions (tenant, key, job_id, hash, name, image_url, endpoint, priority)
        select $1, $2, $3, $4, $5, $6, $7, $8
        where ($9 or not exists (select from jobs where job_id = $3)) and not exists (select from job_tombstones where job_id = $3 and back_at is null)
        on conflict do nothing
        """;

    // Served by the primary key and by submissions_job. Its own id first: that is what a caller has chosen. Of the regions of a job that ended long ago
    // nothing is left: that it had begun is what the job itself still says.
    private const string Known =
        """
        select s.tenant, s.key, s.job_id, s.hash,
               coalesce(j.state = 'Failed', false) and j.started_at is null and not exists (select from job_regions r where r.job_id = s.job_id and r.attempt > 0)
        from submissions s left join jobs j on j.job_id = s.job_id
        where s.job_id = $3 or (s.tenant = $1 and s.key = $2)
        order by s.job_id = $3 desc limit 1
        """;

    // What a job from before there were submissions was asked for: its first event.
    private const string Begun =
        """
        select j.tenant, e.data::text
        from jobs j left join job_events e on e.job_id = j.job_id and e.version = 1 and e.type = 'image-requested.v1'
        where j.job_id = $1
        """;

    /// <summary>Stores a request that is not known yet.</summary>
    /// <returns>Null when it was stored; else what is known under its id.</returns>
    public async Task<KnownSubmission?> TryAddAsync(ImageRequested request, byte[] hash, CancellationToken cancellationToken)
    {
        var key = KeyOf(request);
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        if (!await InsertAsync(connection, transaction, request, key, hash, hasJob: false, cancellationToken).ConfigureAwait(false))
        {
            var known = await FindAsync(connection, request.Tenant, key, request.JobId, cancellationToken).ConfigureAwait(false)
                ?? await RecallAsync(connection, transaction, request, key, hash, cancellationToken).ConfigureAwait(false)
                ?? await DepartedAsync(connection, key, request.JobId, cancellationToken).ConfigureAwait(false)
                ?? throw new InvalidOperationException($"The submission of job {request.JobId} was there a moment ago and is gone: submit it again.");
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return known;
        }

        await outbox.EnqueueAsync(transaction, Message(request, request.JobId), cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        outbox.Committed();
        return null;
    }

    /// <summary>Whether a request is known under one of its ids.</summary>
    public async Task<KnownSubmission?> FindAsync(ImageRequested request, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        return await FindAsync(connection, request.Tenant, KeyOf(request), request.JobId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells a job that has failed to begin anew.</summary>
    public Task BeginAgainAsync(Guid jobId, Grants? grants, CancellationToken cancellationToken) =>
        outbox.EnqueueAsync([Message(new JobResubmitted { JobId = jobId, Grants = grants }, jobId)], cancellationToken);

    /// <summary>The name of a request among those of its tenant.</summary>
    public static string KeyOf(ImageRequested request) => request is { ExternalId: { } own, Refusal: null } ? own : request.JobId.ToString();

    private static OutboxEntry Message(object message, Guid jobId) => OutboxEntry.Send(Queues.ImageJob, message) with { JobId = jobId };

    private static async Task<KnownSubmission?> FindAsync(
        NpgsqlConnection connection, string tenant, string key, Guid jobId, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand(Known, connection);
        AddKey(find, tenant, key, jobId);
        await using var row = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await row.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new KnownSubmission(row.GetString(0), row.GetString(1), row.GetGuid(2), row.GetFieldValue<byte[]>(3), row.GetBoolean(4))
            : null;
    }

    // A job from before there were submissions: its saga would ignore a second request, whatever it asks for. From now on it is known as the others are.
    private static async Task<KnownSubmission?> RecallAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ImageRequested request, string key, byte[] hash, CancellationToken cancellationToken)
    {
        string? tenant, first;
        await using (var find = new NpgsqlCommand(Begun, connection, transaction))
        {
            find.Parameters.AddWithValue(request.JobId);
            await using var row = await find.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            if (!await row.ReadAsync(cancellationToken).ConfigureAwait(false))
                return null;
            tenant = row.IsDBNull(0) ? null : row.GetString(0);
            first = row.IsDBNull(1) ? null : row.GetString(1);
        }

        // Where the first event is gone, the id alone says that it is the same.
        var known = new KnownSubmission(tenant ?? "", key, request.JobId, first is null ? hash : CanonicalRequest.HashOf(first), NeverBegan: false);
        if (known.Tenant != request.Tenant || !known.Hash.AsSpan().SequenceEqual(hash))
            return known;
        await InsertAsync(connection, transaction, request, key, hash, hasJob: true, cancellationToken).ConfigureAwait(false);
        return await FindAsync(connection, request.Tenant, key, request.JobId, cancellationToken).ConfigureAwait(false);
    }

    // Of a job that was archived or erased nothing is known but its id, which stays taken.
    private static async Task<KnownSubmission?> DepartedAsync(NpgsqlConnection connection, string key, Guid jobId, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("select exists (select from job_tombstones where job_id = $1 and back_at is null)", connection);
        find.Parameters.AddWithValue(jobId);
        return await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true ? new KnownSubmission("", key, jobId, [], NeverBegan: false) : null;
    }

    /// <returns>False when one of its ids is taken.</returns>
    private static async Task<bool> InsertAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ImageRequested request, string key, byte[] hash, bool hasJob, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand(Insert, connection, transaction);
        AddKey(insert, request.Tenant, key, request.JobId);
        insert.Parameters.AddWithValue(hash);
        insert.Parameters.AddWithValue(Storable(request.JobName ?? request.ExternalId ?? request.JobId.ToString()));
        insert.Parameters.AddWithValue(Storable(request.ImageUrl));
        insert.Parameters.AddWithValue(Storable(request.Endpoint?.Name));
        insert.Parameters.AddWithValue(request.Priority);
        insert.Parameters.AddWithValue(hasJob);
        return await insert.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) > 0;
    }

    // A request that was refused may hold what a table and its indexes can't.
    private static string Storable(string? text)
    {
        var runes = (text ?? "").EnumerateRunes().Take(LongestText).Select(rune => rune.Value == 0 ? Rune.ReplacementChar : rune);
        return string.Concat(runes);
    }

    private static void AddKey(NpgsqlCommand command, string tenant, string key, Guid jobId)
    {
        command.Parameters.AddWithValue(Storable(tenant));
        command.Parameters.AddWithValue(key);
        command.Parameters.AddWithValue(jobId);
    }
}
