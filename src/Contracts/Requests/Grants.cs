namespace Swath.Contracts;

/// <summary>
/// What a job may read, write and call: stamped on its request where it enters Swath, from the settings of that way in and of its tenant.
/// Intake and worker check again, on what a name resolves to. A request from outside that carries grants is refused.
/// </summary>
public sealed record Grants
{
    /// <summary>Absolute folders: an image that is a file lies in one of them, links resolved.</summary>
    public IReadOnlyList<string> ImageRoots { get; init; } = [];

    /// <summary>Absolute folders: an output that is a file lies in one of them, links resolved.</summary>
    public IReadOnlyList<string> OutputRoots { get; init; } = [];

    /// <summary>Hosts that an image's <c>https://</c> address may name; <c>*.example.com</c> is every host below it.</summary>
    public IReadOnlyList<string> ImageHosts { get; init; } = [];

    /// <summary>Hosts that an HTTP model may have, as host or host:port; <c>*.example.com</c> is every host below it.</summary>
    public IReadOnlyList<string> EndpointHosts { get; init; } = [];

    /// <summary>S3 buckets that images are read from; <c>*</c> is every bucket that the credentials open.</summary>
    public IReadOnlyList<string> ImageBuckets { get; init; } = [];

    /// <summary>S3 buckets that results are written to; <c>*</c> is every bucket that the credentials open.</summary>
    public IReadOnlyList<string> OutputBuckets { get; init; } = [];
}
