using System.ComponentModel;
using Swath.Configuration;

namespace Swath.Access;

/// <summary>
/// What jobs from outside (REST, broker, SQS) may read, write and call, where nothing else is said for their tenant. Every list is separated by
/// commas. A setting of a tenant, such as <c>Tenants:coastguard:OUTPUT_ROOTS</c>, stands in the place of the one for all.
/// </summary>
public sealed class AccessOptions
{
    /// <summary>The folders that images are read from; empty: <see cref="DataFolder"/>.</summary>
    [Setting("IMAGE_ROOTS")]
    [Description("Folders from which the images of requests are read, separated by commas; links are followed and must end in one of them. Not set: the data folder, which is data below SWATH_HOME. The command line reads what its user names.")]
    public string ImageRoots { get; set; } = "";

    /// <summary>The folders that outputs are written to; empty: <see cref="DataFolder"/>.</summary>
    [Setting("OUTPUT_ROOTS")]
    [Description("Folders to which the outputs of requests are written, separated by commas; links are followed and must end in one of them. Not set: the data folder, which is data below SWATH_HOME. The command line writes what its user names.")]
    public string OutputRoots { get; set; } = "";

    /// <summary>The web servers of images.</summary>
    [Setting("IMAGE_HTTP_HOSTS")]
    [Description("Hosts from which https:// images are read, separated by commas: images.example.com, files.example.com:8443, *.example.com, or * for all. Redirections are followed to these hosts only.")]
    public string ImageHosts { get; set; } = "";

    /// <summary>Whether those may have addresses that only this machine or its network reaches.</summary>
    [Setting("IMAGE_HTTP_INTERNAL_ADDRESSES")]
    [Description("Whether the hosts of IMAGE_HTTP_HOSTS may have loopback, link-local or private addresses. The addresses of clouds' metadata services are refused always.")]
    public bool ImageInternalAddresses { get; set; }

    /// <summary>The hosts of HTTP models.</summary>
    [Setting("ENDPOINT_HOSTS")]
    [Description("Hosts of the HTTP models that requests may name, separated by commas: models.example.com, 127.0.0.1:8080, models.example.com:* for every port, *.example.com, or * for all. Not set: none. The command line calls what its user names; SageMaker's endpoints are those that the credentials may invoke.")]
    public string EndpointHosts { get; set; } = "";

    /// <summary>Whether those may have addresses that only this machine or its network reaches.</summary>
    [Setting("ENDPOINT_INTERNAL_ADDRESSES")]
    [Description("Whether names in ENDPOINT_HOSTS may have loopback, link-local or private addresses; an address or localhost that stands there itself needs no permission. The addresses of clouds' metadata services are refused always.")]
    public bool EndpointInternalAddresses { get; set; }

    /// <summary>The buckets that images are read from.</summary>
    [Setting("IMAGE_BUCKETS")]
    [Description("S3 buckets from which images are read, separated by commas: bucket, bucket/prefix/, or * for all that the credentials open.")]
    public string ImageBuckets { get; set; } = "*";

    /// <summary>The buckets that results are written to.</summary>
    [Setting("OUTPUT_BUCKETS")]
    [Description("S3 buckets to which results are written, separated by commas: bucket, bucket/prefix/, or * for all that the credentials open.")]
    public string OutputBuckets { get; set; } = "*";

    /// <summary>The Kinesis streams that features are written to.</summary>
    [Setting("OUTPUT_STREAMS")]
    [Description("Kinesis streams to which features are written, separated by commas, or * for all that the credentials open.")]
    public string OutputStreams { get; set; } = "*";

    /// <summary>Stands for roots that are not set; null: nothing does. The process says where it is.</summary>
    public string? DataFolder { get; set; }
}
