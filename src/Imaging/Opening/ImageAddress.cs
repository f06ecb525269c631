using System.Text.RegularExpressions;

namespace Swath.Imaging.Opening;

/// <summary>Turns what a user calls an image into what GDAL opens, and refuses what a user may not name.</summary>
internal static partial class ImageAddress
{
    /// <summary>GDAL's path for a local file, <c>file://</c>, <c>s3://bucket/key</c> or <c>https://</c> address.</summary>
    /// <exception cref="ImageException">Not found, not readable, forbidden, or no file at all.</exception>
    public static string Resolve(string pathOrUrl)
    {
        if (string.IsNullOrWhiteSpace(pathOrUrl) || pathOrUrl.Contains('\0', StringComparison.Ordinal))
            throw new ImageException(ImageErrorKind.NotFound, pathOrUrl ?? "", "the image's path is empty or has a zero character: give a path, s3:// or https:// address");
        if (IsReserved(pathOrUrl))
            throw Reserved(pathOrUrl);
        return Scheme().Match(pathOrUrl) is { Success: true } match
            ? FromUrl(pathOrUrl, match.Groups["scheme"].Value.ToLowerInvariant())
            : FromPath(pathOrUrl, pathOrUrl);
    }

    /// <summary>True when the path is one of GDAL's network file systems.</summary>
    public static bool IsRemote(string resolved) => IsReserved(resolved);

    private static string FromUrl(string url, string scheme)
    {
        switch (scheme)
        {
            case "https":
                if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Host.Length == 0)
                    throw new ImageException(ImageErrorKind.NotFound, url, "this is not an address: write https://host/path");
                return "/vsicurl/" + address.AbsoluteUri;
            case "s3":
                if (S3().Match(url) is not { Success: true } s3)
                    throw new ImageException(ImageErrorKind.NotFound, url, "this is not an S3 address: write s3://bucket/key");
                return $"/vsis3/{s3.Groups["bucket"].Value}/{s3.Groups["key"].Value}";
            case "file":
                return FromPath(url, Uri.TryCreate(url, UriKind.Absolute, out var file) ? file.LocalPath : url["file://".Length..]);
            default:
                throw new ImageException(ImageErrorKind.ForbiddenPath, url, $"{scheme}:// images are not read: use a local path, s3:// or https://");
        }
    }

    private static string FromPath(string given, string path)
    {
        // A full path starts with a root, so GDAL takes it for nothing but a file: not for NITF_IM:..., GTIFF_DIR:... or inline XML.
        var full = Path.GetFullPath(path);
        if (IsReserved(full))
            throw Reserved(given);
        if (Directory.Exists(full))
            throw new ImageException(ImageErrorKind.NotAnImage, given, "this is a directory: name the image file");
        var file = new FileInfo(full);
        if (!file.Exists)
            throw new ImageException(ImageErrorKind.NotFound, given, "there is no such file, or its directory may not be read");

        // Pipes and devices have no length: opening one could wait for ever.
        if (file.Length == 0)
            throw new ImageException(ImageErrorKind.NotAnImage, given, "the file is empty, or is not a regular file");
        try
        {
            using var readable = File.OpenHandle(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new ImageException(ImageErrorKind.AccessDenied, given, "the file may not be read: give this process the permission", denied);
        }
        catch (IOException unreadable)
        {
            throw new ImageException(ImageErrorKind.AccessDenied, given, $"the file can't be opened: {unreadable.Message}", unreadable);
        }

        return full;
    }

    private static bool IsReserved(string path) => ReservedPrefix().IsMatch(path);

    private static ImageException Reserved(string path) => new(
        ImageErrorKind.ForbiddenPath, path, "GDAL's /vsi file systems can't be named: use a local path, s3:// or https://");

    [GeneratedRegex(@"^\s*[/\\]+vsi", RegexOptions.IgnoreCase)]
    private static partial Regex ReservedPrefix();

    [GeneratedRegex(@"^\s*(?<scheme>[a-z][a-z0-9+.\-]*)://", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    // Bucket names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, with the underscores of old buckets.
    [GeneratedRegex("^s3://(?<bucket>[A-Za-z0-9][A-Za-z0-9._-]{1,254})/(?<key>[^/].*)$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex S3();
}
