using System.Text.RegularExpressions;
using Swath.Access;
using Swath.Access.Files;

namespace Swath.Imaging.Opening;

/// <summary>Where an image is, as far as its name tells. GDAL's own names of files and networks are no addresses.</summary>
internal abstract partial record ImageAddress
{
    private ImageAddress()
    {
    }

    /// <summary>A file of this machine, by its full path.</summary>
    public sealed record Local(string FullPath) : ImageAddress;

    /// <summary>An S3 object.</summary>
    public sealed record S3(string Bucket, string Key) : ImageAddress;

    /// <summary>An object of a web server.</summary>
    public sealed record Web(Uri Address) : ImageAddress;

    /// <summary>Reads a local path, <c>file://</c>, <c>s3://bucket/key</c>, <c>https://</c> or <c>http://</c> address.</summary>
    /// <param name="pathOrUrl">The image as the user named it.</param>
    /// <param name="access">What may be read of this machine's files; null: all that the process may. Asked before it is said whether a file is there.</param>
    /// <exception cref="ImageException">Not found, not readable, forbidden, or no address at all.</exception>
    public static ImageAddress Parse(string pathOrUrl, JobAccess? access = null)
    {
        if (string.IsNullOrWhiteSpace(pathOrUrl) || pathOrUrl.Contains('\0', StringComparison.Ordinal))
            throw new ImageException(ImageErrorKind.NotFound, pathOrUrl ?? "", "the image's path is empty or has a zero character: give a path, s3:// or https:// address");
        if (ReservedPrefix().IsMatch(pathOrUrl))
            throw Reserved(pathOrUrl);
        return Scheme().Match(pathOrUrl) is { Success: true } match
            ? FromUrl(pathOrUrl, match.Groups["scheme"].Value.ToLowerInvariant(), access)
            : new Local(FromPath(pathOrUrl, pathOrUrl, access));
    }

    private static ImageAddress FromUrl(string url, string scheme, JobAccess? access)
    {
        switch (scheme)
        {
            case "https" or "http":
                if (!Uri.TryCreate(url.Trim(), UriKind.Absolute, out var address) || address.Host.Length == 0)
                    throw new ImageException(ImageErrorKind.NotFound, url, "this is not an address: write https://host/path");
                return new Web(address);
            case "s3":
                if (S3Address().Match(url) is not { Success: true } s3)
                    throw new ImageException(ImageErrorKind.NotFound, url, "this is not an S3 address: write s3://bucket/key");

                // In a URL these would lead to another key, or out of the bucket.
                if (s3.Groups["key"].Value.Split('/').Any(part => part is "." or ".."))
                    throw new ImageException(ImageErrorKind.ForbiddenPath, url, "S3 keys with the parts . or .. are not read: copy the image to another key");
                return new S3(s3.Groups["bucket"].Value, s3.Groups["key"].Value);
            case "file":
                return new Local(FromPath(url, ImagePath.Of(url)!, access));
            default:
                throw new ImageException(ImageErrorKind.ForbiddenPath, url, $"{scheme}:// images are not read: use a local path, s3:// or https://");
        }
    }

    private static string FromPath(string given, string path, JobAccess? access)
    {
        // A full path starts with a root, so GDAL takes it for nothing but a file: not for NITF_IM:..., GTIFF_DIR:... or inline XML.
        var full = Path.GetFullPath(path);
        if (ReservedPrefix().IsMatch(full))
            throw Reserved(given);
        if (access?.ImageFileProblem(full, out full) is { } problem)
            throw new ImageException(ImageErrorKind.ForbiddenPath, given, problem);
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

    private static ImageException Reserved(string path) => new(
        ImageErrorKind.ForbiddenPath, path, "GDAL's /vsi file systems can't be named: use a local path, s3:// or https://");

    [GeneratedRegex(@"^\s*[/\\]+vsi", RegexOptions.IgnoreCase)]
    private static partial Regex ReservedPrefix();

    [GeneratedRegex(@"^\s*(?<scheme>[a-z][a-z0-9+.\-]*)://", RegexOptions.IgnoreCase)]
    private static partial Regex Scheme();

    // Bucket names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html, with the underscores of old buckets.
    [GeneratedRegex("^s3://(?<bucket>[A-Za-z0-9][A-Za-z0-9._-]{1,254})/(?<key>[^/].*)$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex S3Address();
}
