using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>The image can't be processed at all; the job fails before it costs any capacity.</summary>
public sealed record ImageRejected
{
    public required Guid JobId { get; init; }
    public required ImageRejection Reason { get; init; }

    /// <summary>What was wrong, with which input, and what can be changed.</summary>
    public required string Detail { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<ImageRejection>))]
public enum ImageRejection
{
    NotFound,
    AccessDenied,
    NotAnImage,
    TooLarge,
    ForbiddenPath,
    InvalidRegionOfInterest,
    InvalidRequest,

    /// <summary>The image is fine, but an output of the job can't be written.</summary>
    OutputNotWritable,
}
