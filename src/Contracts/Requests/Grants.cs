namespace Swath.Contracts;

/// <summary>
/// What a job may read, write and call: stamped on its request where it enters Swath, from the settings of that way in and of its tenant.
/// Intake and worker check again, on what a name resolves to. A request from outside that carries grants is refused.
/// </summary>
public sealed record Grants
{
    /// <summary>Absolute folders, or single files: an image that is a file lies in one of them, or is it, links resolved.</summary>
    public IReadOnlyList<string> ImageRoots { get; init; } = [];

    /// <summary>Absolute folders, or single files: an output that is a file lies in one of them, or is it, links resolved.</summary>
    public IReadOnlyList<string> OutputRoots { get; init; } = [];

    /// <summary>Hosts that an image's <c>https://</c> address may name; <c>*.example.com</c> is every host below it.</summary>
    public IReadOnlyList<string> ImageHosts { get; init; } = [];

    /// <summary>Whether those hosts may have loopback, link-local or private addresses.</summary>
    public bool ImageInternalAddresses { get; init; }

    /// <summary>Hosts that an HTTP model may have, as host, host:port or host:*; <c>*.example.com</c> is every host below it.</summary>
    public IReadOnlyList<string> EndpointHosts { get; init; } = [];

    /// <summary>Whether names among those hosts may have loopback, link-local or private addresses; an address in the list is allowed itself.</summary>
    public bool EndpointInternalAddresses { get; init; }

    /// <summary>S3 buckets that images are read from, as bucket or bucket/prefix/; <c>*</c> is every bucket that the credentials open.</summary>
    public IReadOnlyList<string> ImageBuckets { get; init; } = [];

    /// <summary>S3 buckets that results are written to, as bucket or bucket/prefix/; <c>*</c> is every bucket that the credentials open.</summary>
    public IReadOnlyList<string> OutputBuckets { get; init; } = [];

    /// <summary>Kinesis streams that features are written to; <c>*</c> is every stream that the credentials open.</summary>
    public IReadOnlyList<string> OutputStreams { get; init; } = [];
}
