using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>Compares folded streams with the rows of <c>jobs</c>, and with the tables that have a check.</summary>
internal sealed class RowComparison
{
    private readonly StreamModel _model;
    private readonly IReadOnlyList<ITableCheck> _checks;
    private readonly string _rows;

    public RowComparison(StreamModel model, IReadOnlyList<ITableCheck> checks) => (_model, _checks, _rows) = (model, checks, Statement(model));

    /// <summary>What differs. Streams with a gap are left out: they fold to nothing.</summary>
    public async Task<IReadOnlyList<SagaDifference>> CompareAsync(
        NpgsqlConnection connection, IReadOnlyList<FoldedStream> streams, CancellationToken cancellationToken)
    {
        FoldedStream[] whole = [.. streams.Where(stream => stream.Gap is null)];
        List<SagaDifference> differences = [];
        if (whole.Length == 0)
            return differences;
        await AddAsync(_rows, null).ConfigureAwait(false);
        foreach (var check in _checks)
            await AddAsync(check.Statement, check.FactsOf).ConfigureAwait(false);
        return differences;

        async Task AddAsync(string statement, Func<object, string?>? facts)
        {
            await using var command = _model.FoldedRows(connection, whole, statement, facts);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                differences.Add(new SagaDifference(reader.GetGuid(0), reader.GetString(1), Nullable(reader, 2), Nullable(reader, 3)));
        }
    }

    private static string Statement(StreamModel model)
    {
        var pairs = model.ColumnValues("folded")
            .Select(c => $"('{c.Name}', ({c.Value})::text, j.{c.Name}::text)")
            .Prepend("('updated_at', folded.updated_at::text, j.updated_at::text)")
            .Prepend("('version', folded.version::text, j.version::text)")
            .Prepend("('job_id', folded.job_id::text, j.job_id::text)");
        return $"""
            select folded.job_id, pair.name, pair.expected, pair.actual
            from folded
            left join jobs j on j.job_id = folded.job_id
            cross join lateral (values {string.Join(", ", pairs)}) as pair (name, expected, actual)
            where pair.expected is distinct from pair.actual
              and (j.job_id is not null or pair.name = 'job_id')
            order by folded.job_id, pair.name
            """;
    }

    private static string? Nullable(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
