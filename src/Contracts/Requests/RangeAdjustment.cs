using System.Text.Json.Serialization;

namespace Swath.Contracts;

/// <summary>How the samples of each band are stretched to 0..255. What is stretched is the same in every tile: it is taken from the whole image.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RangeAdjustment>))]
public enum RangeAdjustment
{
    /// <summary>Not at all: the model gets the image's own samples.</summary>
    None,

    /// <summary>From the least to the greatest sample.</summary>
    MinMax,

    /// <summary>From the 2nd to the 98th percentile; what lies outside becomes 0 or 255.</summary>
    Percentile,
}
