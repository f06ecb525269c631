using Swath.Access.Files;

namespace Swath.Worker.Sinks;

/// <summary>
/// A file that is written beside its final place and renamed when it is whole: a reader sees the old file or the new one. The rename
/// stays in one folder, because it is only atomic inside a file system.
/// </summary>
internal sealed class ReplacedFile : IDisposable
{
    private readonly string _named;
    private bool _done;

    private ReplacedFile(string named, string target, string temporary) => (_named, Target, Temporary) = (named, target, temporary);

    /// <summary>The final place.</summary>
    public string Target { get; }

    /// <summary>Where to write until it is whole; ends as the target does.</summary>
    public string Temporary { get; }

    /// <param name="path">The path that was permitted, which has no links in it: one that it has now came after the permission.</param>
    /// <exception cref="SinkException">There is no such place.</exception>
    public static ReplacedFile At(string path)
    {
        try
        {
            var target = TargetOf(path);
            var folder = Path.GetDirectoryName(target)!;
            Directory.CreateDirectory(folder);
            RefuseLinks(path, target);
            return new ReplacedFile(path, target, TemporaryIn(folder, target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Failure(path, e);
        }
    }

    /// <summary>Looks whether the file could be written now: its folder, or the nearest one above that is there, must take a new file. Makes no folder.</summary>
    /// <returns>Why not, as far as this machine can tell; null when it could.</returns>
    public static OutputProblem? Probe(string path)
    {
        try
        {
            var target = TargetOf(path);
            var folder = Path.GetDirectoryName(target)!;
            while (!Directory.Exists(folder))
            {
                if (File.Exists(folder))
                    return new OutputProblem($"The output {path} can't be written: {folder} is a file, and no folder. Name another folder.", HoldsEverywhere: false);
                folder = Path.GetDirectoryName(folder)!;
            }

            new FileStream(TemporaryIn(folder, target), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
            return null;
        }
        catch (SinkException e)
        {
            return new OutputProblem(e.Message, HoldsEverywhere: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new OutputProblem(Failure(path, e).Message, HoldsEverywhere: false);
        }
    }

    /// <summary>Flushes what was written to the disk and renames it.</summary>
    /// <returns>The final place.</returns>
    /// <exception cref="SinkException">It can't be.</exception>
    public string Complete()
    {
        try
        {
            using (var written = new FileStream(Temporary, FileMode.Open, FileAccess.ReadWrite))
                written.Flush(flushToDisk: true);

            RefuseLinks(_named, Target);
            File.Move(Temporary, Target, overwrite: true);
            _done = true;
            return Target;
        }
        catch (Exception e) when (IsAboutTheFile(e))
        {
            throw Failure(e);
        }
    }

    /// <summary>Whether it is a failure of the file: a file that outgrows what its file system holds is an ArgumentOutOfRangeException.</summary>
    public static bool IsAboutTheFile(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;

    public SinkException Failure(Exception e) => Failure(_named, e);

    public void Dispose()
    {
        try
        {
            if (!_done)
                File.Delete(Temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What failed was reported when it did; a left-over file is hidden and has .partial in its name.
        }
    }

    private static string TargetOf(string path)
    {
        var target = Path.GetFullPath(path);
        if (Directory.Exists(target) || Path.GetFileName(target).Length == 0)
            throw new SinkException($"The output {path} is a folder. Name a file in it.");
        RefuseLinks(path, target);
        return target;
    }

    // Whoever may write beside it could have put a link in the place of a folder.
    private static void RefuseLinks(string path, string target)
    {
        if (ResolvedPath.Of(target) != target)
            throw new SinkException($"The output {path} can't be written: a link was put into its path while it was made.");
    }

    // A random name: two attempts may overlap.
    private static string TemporaryIn(string folder, string target) =>
        Path.Combine(folder, $".{Path.GetRandomFileName()}.partial{Path.GetExtension(target)}");

    private static SinkException Failure(string path, Exception e) =>
        new($"The output {path} can't be written: {e.Message} Check that the folder is writable and the disk has room.", e);
}
