namespace Swath.Access.Files;

/// <summary>Follows links in every part of a path, as opening it would.</summary>
public static class ResolvedPath
{
    // As Linux counts them: https://man7.org/linux/man-pages/man7/path_resolution.7.html
    private const int MostLinks = 40;

    /// <summary>The path without links. Parts that are not there are left as they are: a new file has the path that it will have.</summary>
    /// <param name="path">An absolute path. <c>..</c> in it is taken by its letters, before links are followed; <c>..</c> in a link's target after them.</param>
    /// <exception cref="IOException">Its links lead in a circle, or on and on.</exception>
    public static string Of(string path)
    {
        var left = new Stack<string>();
        Push(left, Path.GetFullPath(path));
        var resolved = "/";
        for (var links = 0; left.TryPop(out var part);)
        {
            if (part is "" or ".")
                continue;
            if (part == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? "/";
                continue;
            }

            var next = Path.Join(resolved, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                resolved = next;
                continue;
            }

            if (++links > MostLinks)
                throw new IOException("Its links lead in a circle, or on and on.");
            if (Path.IsPathRooted(target))
                resolved = "/";
            Push(left, target);
        }

        return resolved;
    }

    private static void Push(Stack<string> left, string path)
    {
        foreach (var part in path.Split('/').Reverse())
            left.Push(part);
    }
}
