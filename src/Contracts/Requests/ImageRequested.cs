using System.Text.Json;
using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>
/// Asks for one image to be run through one model endpoint. The one message that upstream systems publish.
/// Publishing the same <see cref="JobId"/> twice is one job.
/// </summary>
public sealed record ImageRequested
{
    /// <summary>Identifies the job; chosen by the caller, so that a repeated request is recognised.</summary>
    public required Guid JobId { get; init; }

    /// <summary>
    /// The job's id as the upstream system knows it, where that is no UUID: results and notifications carry it in place of <see cref="JobId"/>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ExternalId { get; init; }

    /// <summary>A name for people; the job id when none is given.</summary>
    public string? JobName { get; init; }

    /// <summary>Who submits: the customer whose SLA tier, limits and fair share apply.</summary>
    public string Tenant { get; init; } = "default";

    /// <summary>A local path, <c>s3://bucket/key</c> or <c>https://</c> address. GDAL's own <c>/vsi</c> prefixes are refused.</summary>
    public required string ImageUrl { get; init; }

    /// <summary>
    /// Which image of the file, counted from 0: pages of a TIFF that are no overview or mask, image segments of a NITF (those that are parts of one
    /// picture count as one). The first when absent, with a warning when there are more.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ImageSegment { get; init; }

    /// <summary>The model that every tile is sent to.</summary>
    public required ModelEndpoint Endpoint { get; init; }

    /// <summary>How the image is cut and encoded for the model.</summary>
    public TileOptions Tile { get; init; } = new();

    /// <summary>A WKT geometry in WGS 84 (longitude latitude) that limits the work; the whole image when absent.</summary>
    public string? RegionOfInterest { get; init; }

    /// <summary>Where the features go. At least one.</summary>
    public required IReadOnlyList<OutputSink> Outputs { get; init; }

    /// <summary>JSON objects whose members are copied into the properties of every feature.</summary>
    public IReadOnlyList<JsonElement> FeatureProperties { get; init; } = [];

    /// <summary>What happens to the features of all tiles before they are written; NMS when absent.</summary>
    public IReadOnlyList<PostProcessingStep> PostProcessing { get; init; } = [PostProcessingStep.Default];

    /// <summary>Base priority, 0..1000; multiplied by the weight of the tenant's tier.</summary>
    public int Priority { get; init; } = 10;

    /// <summary>The kind of work, which anti-affinity refers to; the endpoint's name when absent.</summary>
    public string? JobKind { get; init; }

    /// <summary>Which workers may, should and should not take the job's regions.</summary>
    public Affinity Affinity { get; init; } = new();

    /// <summary>The ARN of the role that reads the image; the process's own credentials when absent.</summary>
    public string? ImageReadRole { get; init; }

    /// <summary>What the job may read, write and call; stamped by Swath. A request from outside leaves it out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Grants? Grants { get; init; }

    /// <summary>Why the request can't be a job, where it was refused at the door and no answer could reach the sender: its job fails with this. Stamped by Swath.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Refusal { get; init; }
}
