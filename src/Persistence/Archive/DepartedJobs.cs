using Npgsql;

namespace Swath.Persistence.Archive;

/// <summary>Reads which jobs were archived or erased.</summary>
public sealed class DepartedJobs(NpgsqlDataSource database)
{
    // Served by the primary key.
    private const string InRange =
        """
        select t.job_id, r.at, r.file
        from job_tombstones t join job_removals r using (removal_id)
        where t.job_id between $1 and $2 and t.back_at is null
        order by t.job_id limit 1
        """;

    /// <summary>The job; null when it was neither archived nor erased, or is back.</summary>
    public Task<DepartedJob?> FindAsync(Guid jobId, CancellationToken cancellationToken) => FindAsync(jobId, jobId, cancellationToken);

    /// <summary>The first job whose id begins with these hexadecimal digits; null when there is none.</summary>
    public Task<DepartedJob?> FindByPrefixAsync(string idPrefix, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(idPrefix);
        var digits = idPrefix.Replace("-", "", StringComparison.Ordinal);
        return digits.Length is 0 or > 32 || !digits.All(char.IsAsciiHexDigit)
            ? Task.FromResult<DepartedJob?>(null)
            : FindAsync(Guid.ParseExact(digits.PadRight(32, '0'), "N"), Guid.ParseExact(digits.PadRight(32, 'f'), "N"), cancellationToken);
    }

    /// <summary>Whether jobs were ever moved to files.</summary>
    public async Task<bool> AnyArchivedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select exists (select from job_removals where kind = 'archived')");
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true;
    }

    private async Task<DepartedJob?> FindAsync(Guid first, Guid last, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(InRange);
        command.Parameters.AddWithValue(first);
        command.Parameters.AddWithValue(last);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new DepartedJob(reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1), reader.IsDBNull(2) ? null : reader.GetString(2))
            : null;
    }
}
