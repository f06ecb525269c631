using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;

namespace Swath.Imaging.Remote;

/// <summary>Which images are read over the network, and how patiently.</summary>
public sealed record RemoteImageOptions
{
    /// <summary>
    /// The hosts from which <c>https://</c> images are read, separated by commas: <c>images.example.com</c>, <c>files.example.com:8443</c>,
    /// <c>*.example.com</c> (every host below it), or <c>*</c>. Empty, the default: from none. Redirections are followed to these hosts only.
    /// </summary>
    [Setting("IMAGE_HTTP_HOSTS")]
    [Description("Hosts from which https:// images are read, separated by commas: images.example.com, files.example.com:8443, *.example.com, or * for all. Redirections are followed to these hosts only.")]
    public string HttpHosts { get; set; } = "";

    /// <summary>Whether <c>http://</c>, which nobody signs or hides, is read too. Default: no.</summary>
    [Setting("IMAGE_HTTP_PLAIN")]
    [Description("Whether http:// images are read too, from the same hosts.")]
    public bool HttpPlain { get; set; }

    /// <summary>
    /// Whether those hosts may have loopback, link-local or private addresses (RFC 1918, RFC 4193). Default: no, so that no image's name reaches
    /// what only this machine may reach. The addresses of clouds' metadata services are refused always.
    /// </summary>
    [Setting("IMAGE_HTTP_INTERNAL_ADDRESSES")]
    [Description("Whether the hosts of IMAGE_HTTP_HOSTS may have loopback, link-local or private addresses. The addresses of clouds' metadata services are refused always.")]
    public bool HttpInternalAddresses { get; set; }

    /// <summary>Seconds that one network request for a part of an image may take in all. 1..3600, default 60.</summary>
    [Setting("IMAGE_NETWORK_TIMEOUT_SECONDS"), Range(1, 3600)]
    [Description("Seconds that one network request for a part of an image may take in all; a read may need several.")]
    public int TimeoutSeconds { get; set; } = 60;

    /// <summary>
    /// How often a request is repeated that failed for a reason that passes (no connection, time-out, 429, 5xx), after 0.5, 1, 2, ... seconds
    /// or what the server asks for. 0..20, default 3.
    /// </summary>
    [Setting("IMAGE_NETWORK_RETRIES"), Range(0, 20)]
    [Description("How often a request for a part of an image is repeated that failed for a reason that passes: no connection, time-out, 429, 5xx.")]
    public int Retries { get; set; } = 3;

    /// <summary>Bytes that each open image keeps of what it fetched. 8 MiB..1 GiB, default 16 MiB.</summary>
    [Setting("IMAGE_NETWORK_CACHE_BYTES"), Range(8388608, 1073741824)]
    [Description("Bytes that each open image keeps of what it fetched over the network.")]
    public int CacheBytes { get; set; } = 16 << 20;
}
