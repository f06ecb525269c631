using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Swath.Persistence.Archive;

/// <summary>
/// A file of an archive: JSON lines in UTF-8, a header, a line for each job, and a last line that counts them and has the SHA-256 of all bytes before it. It is
/// written under another name and gets its own when its jobs have left the database.
/// </summary>
internal static class ArchiveFile
{
    /// <summary>How the name of a finished file ends.</summary>
    public const string Ending = ".jsonl";

    /// <summary>How the name of a file ends while the database may still have its jobs.</summary>
    public const string PartialEnding = ".jsonl.partial";

    private const int Format = 1;

    /// <summary>Writes a file whole, and to the disk.</summary>
    /// <param name="path">Where; overwritten.</param>
    /// <param name="jobs">A line for each job.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    /// <returns>The checksum in the last line.</returns>
    public static async Task<string> WriteAsync(string path, IAsyncEnumerable<(string Line, int Events)> jobs, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (count, events) = (0, 0L);
        await AddAsync(JsonSerializer.Serialize(new Header(Format))).ConfigureAwait(false);
        await foreach (var job in jobs.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await AddAsync(job.Line).ConfigureAwait(false);
            (count, events) = (count + 1, events + job.Events);
        }

        var sum = Convert.ToHexStringLower(hash.GetHashAndReset());
        await AddAsync(JsonSerializer.Serialize(new Footer(count, events, sum))).ConfigureAwait(false);
        await file.FlushAsync(cancellationToken).ConfigureAwait(false);
        file.Flush(flushToDisk: true);
        return sum;

        async Task AddAsync(string line)
        {
            var bytes = Encoding.UTF8.GetBytes(line + "\n");
            hash.AppendData(bytes);
            await file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the jobs of a file, and checks it: what was enumerated to its end is whole and unchanged.</summary>
    /// <exception cref="ArchiveException">It is no archive, or is damaged.</exception>
    public static async IAsyncEnumerable<ArchivedJob> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var name = Path.GetFileName(path);
        var (count, events, number) = (0, 0L, 0);
        string? held = null;
        await foreach (var line in LinesAsync(path, cancellationToken).ConfigureAwait(false))
        {
            if (held is not null)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(held + "\n"));
                if (number == 1)
                {
                    if (Read<Header>(held)?.SwathArchive is not Format)
                        throw new ArchiveException($"{name} is no archive of Swath in format {Format}.");
                }
                else
                {
                    var job = ArchivedJob.Read(held, number);
                    (count, events) = (count + 1, events + job.Events.Count);
                    yield return job;
                }
            }

            (held, number) = (line, number + 1);
        }

        var sum = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (held is null || Read<Footer>(held) is not { Sha256: not null } footer)
            throw new ArchiveException($"{name} has no end: it is not whole.");
        if (footer != new Footer(count, events, sum))
            throw new ArchiveException($"{name} was changed: its last line says {footer.Jobs} job(s), {footer.Events} event(s), checksum {footer.Sha256}; there are {count}, {events}, {sum}.");
    }

    /// <summary>A name that no other file of any database has.</summary>
    public static string NewName(string database, DateTimeOffset now) =>
        $"swath-{database}-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}{Ending}";

    private static async IAsyncEnumerable<string> LinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Strict: bytes that are no UTF-8 are damage, and not a question mark.
        using var reader = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
        while (await NextAsync().ConfigureAwait(false) is { } line)
            yield return line;

        async Task<string?> NextAsync()
        {
            try
            {
                return await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (DecoderFallbackException e)
            {
                throw new ArchiveException($"{Path.GetFileName(path)} was changed: it holds bytes that are no text.", e);
            }
        }
    }

    private static T? Read<T>(string line)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Header(int SwathArchive);

    private sealed record Footer(int Jobs, long Events, string Sha256);
}
