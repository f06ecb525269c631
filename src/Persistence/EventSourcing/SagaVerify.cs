using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// Proves that the streams of <c>job_events</c> have no gap, and that the rows of <c>jobs</c>, and of every table that has an <see cref="ITableCheck"/>, are what
/// they fold to. May run beside a working system: it reads by ranges, and no snapshot of it lasts.
/// </summary>
public sealed class SagaVerify
{
    // Rows of jobs by ranges of their key: those that no event explains.
    private const string Rows =
        $"""
        select j.job_id, exists (select from job_events e where e.job_id = j.job_id and e.type <> '{StoredEvent.Erased}')
        from (select job_id from jobs where job_id > $1 order by job_id limit 1000) j
        order by j.job_id
        """;

    private readonly NpgsqlDataSource _database;
    private readonly StreamModel _model;
    private readonly SecondLook _second;
    private readonly RowComparison _comparison;
    private readonly IReadOnlyList<IStoreCheck> _storeChecks;

    /// <param name="database">Connections whose statements may take some seconds.</param>
    /// <param name="model">The stream.</param>
    /// <param name="checks">What is compared beside <c>jobs</c>.</param>
    /// <param name="storeChecks">What is compared once, for all jobs together.</param>
    public SagaVerify(NpgsqlDataSource database, StreamModel model, IEnumerable<ITableCheck> checks, IEnumerable<IStoreCheck> storeChecks)
    {
        (_database, _model, _storeChecks) = (database, model, [.. storeChecks]);
        _comparison = new RowComparison(model, [.. checks]);
        _second = new SecondLook(database, model, _comparison);
    }

    /// <summary>Folds every stream and compares. What differs is looked at once more, events and tables in one snapshot: a job that moved meanwhile is no difference.</summary>
    /// <param name="progress">Told the number of streams compared so far, after every range.</param>
    /// <param name="cancellationToken">Ends the comparison.</param>
    /// <exception cref="EventStoreException">A stored event can't be folded.</exception>
    public async Task<SagaVerification> CompareAsync(IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        var differences = new List<SagaDifference>();
        long streams = 0, left = 0;
        await foreach (var folded in FoldedStreams.ReadAsync(_database, _model, cancellationToken).ConfigureAwait(false))
        {
            var batch = folded.Where(stream => !stream.IsNewer).ToList();
            left += folded.Count - batch.Count;
            HashSet<Guid> suspects = [.. batch.Where(stream => stream.Gap is not null).Select(stream => stream.JobId)];
            await using (var connection = await _database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false))
            {
                foreach (var difference in await _comparison.CompareAsync(connection, batch, cancellationToken).ConfigureAwait(false))
                    suspects.Add(difference.JobId!.Value);
            }

            differences.AddRange(await _second.CompareAsync(suspects, cancellationToken).ConfigureAwait(false));
            streams += batch.Count;
            progress?.Report(streams);
        }

        await AddUnexplainedAsync(differences, cancellationToken).ConfigureAwait(false);
        foreach (var check in _storeChecks)
            await AddAsync(check, differences, cancellationToken).ConfigureAwait(false);
        return new SagaVerification(streams, differences, left);
    }

    private async Task AddAsync(IStoreCheck check, List<SagaDifference> differences, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(check.Statement);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            differences.Add(new SagaDifference(null, reader.GetString(0), reader.GetString(1), reader.GetString(2)));
    }

    private async Task AddUnexplainedAsync(List<SagaDifference> differences, CancellationToken cancellationToken)
    {
        var last = Guid.Empty;
        int read;
        do
        {
            read = 0;
            await using var command = _database.CreateCommand(Rows);
            command.Parameters.AddWithValue(last);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            for (; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); read++)
            {
                last = reader.GetGuid(0);
                if (!reader.GetBoolean(1))
                    differences.Add(new SagaDifference(last, "job_id", null, last.ToString()));
            }
        }
        while (read > 0);
    }
}
