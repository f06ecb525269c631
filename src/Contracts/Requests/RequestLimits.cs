namespace Swath.Contracts;

/// <summary>How many of each a request may name: every one of them is carried through all messages of its job.</summary>
public static class RequestLimits
{
    /// <summary>Outputs of one job.</summary>
    public const int MaxOutputs = 16;

    /// <summary>Steps of post-processing.</summary>
    public const int MaxPostProcessing = 16;

    /// <summary>Parameters of the endpoint.</summary>
    public const int MaxParameters = 64;

    /// <summary>Labels, capabilities or kinds of job in one list of the affinity.</summary>
    public const int MaxAffinityTexts = 64;

    /// <summary>Objects of feature properties.</summary>
    public const int MaxFeatureProperties = 64;

    /// <summary>Bytes of UTF-8 of all feature properties together: every feature of the result has them.</summary>
    public const int MaxFeaturePropertiesBytes = 256 * 1024;

    /// <summary>How deeply feature properties may nest; messages wrap them in several levels more, and JSON is read to 64.</summary>
    public const int MaxFeaturePropertiesDepth = 32;
}
