using Swath.Access.Buckets;
using Swath.Access.Files;
using Swath.Access.Network;
using Swath.Contracts;

namespace Swath.Access;

/// <summary>
/// What one job may read, write and call, as its grants say. Asked at the door, before anything is spent, and again where it is done, about what names
/// resolve to then. Every refusal is a sentence that names the setting which would permit it.
/// </summary>
public sealed class JobAccess
{
    /// <summary>The scheme of a result's or an image's address, as in <c>s3://</c>.</summary>
    public const string SchemeMark = "://";

    private readonly FolderList _imageRoots;
    private readonly FolderList _outputRoots;
    private readonly BucketList _imageBuckets;
    private readonly BucketList _outputBuckets;
    private readonly IReadOnlyList<string> _streams;
    private readonly HostList _endpoints;

    public JobAccess(Grants grants)
    {
        ArgumentNullException.ThrowIfNull(grants);
        _imageRoots = new FolderList(grants.ImageRoots);
        _outputRoots = new FolderList(grants.OutputRoots);
        _imageBuckets = new BucketList(grants.ImageBuckets);
        _outputBuckets = new BucketList(grants.OutputBuckets);
        _streams = grants.OutputStreams;
        _endpoints = new HostList(grants.EndpointHosts, grants.EndpointInternalAddresses, namedAddresses: true);
        ImageHosts = new HostList(grants.ImageHosts, grants.ImageInternalAddresses, namedAddresses: false);
    }

    /// <summary>The web servers of images.</summary>
    public HostList ImageHosts { get; }

    /// <summary>Where an image that is a file really is.</summary>
    /// <param name="path">An absolute path.</param>
    /// <param name="resolved">The path without links, which is the one to open; meaningless when refused.</param>
    /// <returns>Why it may not be read, as the end of a sentence; null when it may.</returns>
    public string? ImageFileProblem(string path, out string resolved) => Problem(
        path, _imageRoots, $"lies outside of the folders that images are read from ({_imageRoots}): put it into one of them, or add its folder to IMAGE_ROOTS", out resolved);

    /// <returns>Why an object may not be read, as the end of a sentence; null when it may.</returns>
    public string? ImageObjectProblem(string bucket, string key) => _imageBuckets.Contains(bucket, key)
        ? null
        : $"lies outside of the buckets that images are read from ({_imageBuckets}): add its bucket to IMAGE_BUCKETS";

    /// <summary>Where an output that is a file really will be: nothing else than a regular file in one of the roots, and not the image.</summary>
    /// <param name="path">As the request has it.</param>
    /// <param name="imageUrl">The job's image.</param>
    /// <param name="resolved">The path without links, which is the one to write; meaningless when refused.</param>
    /// <returns>Why it may not be written, as the end of a sentence; null when it may.</returns>
    public string? OutputFileProblem(string path, string imageUrl, out string resolved)
    {
        ArgumentNullException.ThrowIfNull(path);
        resolved = "";
        if (path.Contains(SchemeMark, StringComparison.Ordinal))
            return "must be a path of this machine, without a scheme such as file://; what goes to S3 is an output of type S3";
        if (!Path.IsPathRooted(path) || path.Contains('\0', StringComparison.Ordinal))
            return "must be an absolute path: nobody knows which folder is the current one where it is written";
        if (path.EndsWith('/'))
            return "is a folder: name a file in it";
        var outside = $"lies outside of the folders that outputs are written to ({_outputRoots}): name a file in one of them, or add its folder to OUTPUT_ROOTS";
        return Problem(path, _outputRoots, outside, out resolved) ?? KindProblem(resolved) ?? ImageProblem(resolved, imageUrl);
    }

    /// <returns>Why an object may not be written, as the end of a sentence; null when it may.</returns>
    public string? OutputObjectProblem(string bucket, string key, string imageUrl)
    {
        if (!_outputBuckets.Contains(bucket, key))
            return $"lies outside of the buckets that results are written to ({_outputBuckets}): add its bucket to OUTPUT_BUCKETS";
        return imageUrl == $"s3{SchemeMark}{bucket}/{key}" ? "is the image itself: choose another prefix" : null;
    }

    /// <returns>Why a stream may not be written to, as the end of a sentence; null when it may.</returns>
    public string? OutputStreamProblem(string stream) => _streams.Contains("*") || _streams.Contains(stream, StringComparer.Ordinal)
        ? null
        : "is none of the streams that features are written to: add it to OUTPUT_STREAMS";

    /// <summary>Whether a model's host may be called, as far as its name tells; where a name leads is looked at when the connection is made.</summary>
    /// <returns>Why not, as the end of a sentence; null when it may.</returns>
    public string? EndpointProblem(Uri address, out HostVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(address);
        verdict = _endpoints.Judge(address);
        if (System.Net.IPAddress.TryParse(address.IdnHost, out var ip) && verdict != HostVerdict.Refused && !CheckedConnections.IsOpen(ip, verdict == HostVerdict.AnyAddress))
        {
            verdict = HostVerdict.Refused;
            return NetworkAddresses.IsMetadata(ip)
                ? "is the address of a cloud's metadata service, which is never called"
                : "is an address of this machine or its network: name the address itself in ENDPOINT_HOSTS if the model there may be called";
        }

        return verdict == HostVerdict.Refused ? "is none of the hosts whose models may be called: add it to ENDPOINT_HOSTS, as host or host:port" : null;
    }

    private static string? Problem(string path, FolderList roots, string outside, out string resolved)
    {
        try
        {
            resolved = ResolvedPath.Of(path);
            return roots.Contains(resolved) ? null : outside;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            resolved = "";
            return $"can't be resolved: {e.Message}";
        }
    }

    private static string? KindProblem(string resolved) => FileIdentity.Of(resolved)?.Kind switch
    {
        null or FileKind.Regular => Directory.Exists(resolved) ? "is a folder: name a file in it" : null,
        FileKind.Folder => "is a folder: name a file in it",
        FileKind.Device => "is a device: name a file",
        FileKind.Pipe => "is a pipe: name a file",
        FileKind.Socket => "is a socket: name a file",
        _ => "is no regular file: name one, or a new one",
    };

    // Under another spelling, through a link, or as another name of the same file.
    private static string? ImageProblem(string resolved, string imageUrl)
    {
        if (ImagePath.Of(imageUrl) is not { } path || !Path.IsPathRooted(path))
            return null;
        try
        {
            var image = ResolvedPath.Of(path);
            var isSame = image == resolved
                || (FileIdentity.Of(image) is { } its && FileIdentity.Of(resolved) is { } output && (its.Device, its.Inode) == (output.Device, output.Inode));
            return isSame ? "is the image itself: name another file" : null;
        }
        catch (IOException)
        {
            // Nobody will read that image, whatever it is.
            return null;
        }
    }
}
