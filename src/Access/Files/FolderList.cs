namespace Swath.Access.Files;

/// <summary>Folders, or single files, inside of which something may be done.</summary>
/// <param name="roots">Absolute paths; links in them are followed each time.</param>
public sealed class FolderList(IReadOnlyList<string> roots)
{
    /// <summary>Whether a path without links lies in one of them, or is one.</summary>
    public bool Contains(string resolved)
    {
        foreach (var root in roots)
        {
            var folder = ResolvedPath.Of(root);
            if (folder == "/" || resolved == folder || resolved.StartsWith(folder + "/", StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    /// <summary>The list, for people.</summary>
    public override string ToString() => roots.Count == 0 ? "none" : string.Join(", ", roots);
}
