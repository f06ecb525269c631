namespace Swath.Host.Commands;

/// <summary>The files of an archive that a command names: themselves, or the folder that they are in.</summary>
internal static class ArchiveFiles
{
    /// <exception cref="UsageException">There is no such file.</exception>
    public static IReadOnlyList<string> Of(IEnumerable<string> paths) =>
    [
        .. paths.SelectMany<string, string>(path => Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*.jsonl").Order(StringComparer.Ordinal)]
            : File.Exists(path) ? [path] : throw new UsageException($"There is no file '{path}'.")),
    ];
}
