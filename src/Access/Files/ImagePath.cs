namespace Swath.Access.Files;

/// <summary>The file that an image's address names.</summary>
public static class ImagePath
{
    private const string FileScheme = "file";

    /// <returns>The path of a local path or <c>file://</c> address; null for an address of another kind.</returns>
    public static string? Of(string imageUrl)
    {
        ArgumentNullException.ThrowIfNull(imageUrl);
        var mark = imageUrl.IndexOf(JobAccess.SchemeMark, StringComparison.Ordinal);
        if (mark < 0)
            return imageUrl;
        if (!imageUrl[..mark].Trim().Equals(FileScheme, StringComparison.OrdinalIgnoreCase))
            return null;
        return Uri.TryCreate(imageUrl, UriKind.Absolute, out var file) ? file.LocalPath : imageUrl[(mark + JobAccess.SchemeMark.Length)..];
    }
}
