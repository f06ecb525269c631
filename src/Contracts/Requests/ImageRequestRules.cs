using System.Text;

namespace Swath.Contracts;

/// <summary>
/// What a request must satisfy before anything is spent on it. Pure, so that an upstream system can check before it publishes;
/// Swath checks again and rejects the job with the same words.
/// </summary>
public static class ImageRequestRules
{
    public const int MinTileSize = 16;
    public const int MaxTileSize = 8192;
    public const int MaxPriority = 1000;

    /// <summary>An S3 key has at most 1024 bytes, and the job's id follows the prefix.</summary>
    public const int MaxPrefixBytes = 960;

    /// <summary>Every rule that the request breaks, each as a sentence that names the field and says what it may be. Empty when it is valid.</summary>
    public static IReadOnlyList<string> Problems(ImageRequested request) => Problems(request, limits: true);

    /// <summary>
    /// The rules that held when a request came, for one that is read back from its event. What the door has stamped was held against them there, and rules that
    /// are changed later don't reach back. A request without grants came before there was a door: it was held against these rules, but for the limits of counts,
    /// and its overlap was half of the tile at most.
    /// </summary>
    public static IReadOnlyList<string> ProblemsWhenItCame(ImageRequested request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Grants is not null)
            return [];
        var problems = Problems(request, limits: false);
        if (request.Tile is { } tile && tile.Overlap > tile.Size / 2 && tile.Overlap < tile.Size)
            problems.Add($"tile.overlap must be 0..{tile.Size / 2} (half of tile.size); it is {tile.Overlap}.");
        return problems;
    }

    private static List<string> Problems(ImageRequested request, bool limits)
    {
        ArgumentNullException.ThrowIfNull(request);
        List<string> problems = [];
        void Require(bool holds, string sentence)
        {
            if (!holds)
                problems.Add(sentence);
        }

        Require(request.JobId != Guid.Empty, "jobId must not be the empty UUID.");
        Require(!string.IsNullOrWhiteSpace(request.Tenant), "tenant must not be blank.");
        Require(!string.IsNullOrWhiteSpace(request.ImageUrl), "imageUrl must name an image: a path, s3://bucket/key or https://...");
        Require(request.ImageSegment is null or >= 0, $"imageSegment must be 0 or more: images of a file are counted from 0; it is {request.ImageSegment}.");
        Require(request.Priority is >= 0 and <= MaxPriority, $"priority must be 0..{MaxPriority}; it is {request.Priority}.");
        RequestTexts.Check(request, Require);
        CheckEndpoint(request.Endpoint, Require);
        CheckTile(request.Tile, Require);
        Require(request.Outputs is { Count: > 0 }, "outputs must name at least one sink.");
        if (limits)
            CheckCounts(request, Require);
        foreach (var output in (request.Outputs ?? []).Take(limits ? RequestLimits.MaxOutputs : int.MaxValue))
            CheckOutput(output, Require);
        Require(request.PostProcessing is not null, "postProcessing must be a list; leave it out for the default.");
        foreach (var step in (request.PostProcessing ?? []).Take(limits ? RequestLimits.MaxPostProcessing : int.MaxValue))
            CheckPostProcessing(step, Require);
        FeaturePropertyRules.CheckKinds(request.FeatureProperties, Require);
        if (limits)
            FeaturePropertyRules.CheckContents(request.FeatureProperties ?? [], Require);
        CheckAffinity(request.Affinity, Require);
        return problems;
    }

    private static void CheckCounts(ImageRequested request, Action<bool, string> require)
    {
        void AtMost(int most, string field, int? count) => require(count is null || count <= most, $"{field} must be at most {most}; they are {count}.");

        AtMost(RequestLimits.MaxOutputs, "outputs", request.Outputs?.Count);
        AtMost(RequestLimits.MaxPostProcessing, "postProcessing's steps", request.PostProcessing?.Count);
        AtMost(RequestLimits.MaxParameters, "endpoint.parameters", request.Endpoint?.Parameters?.Count);
        foreach (var rule in (WorkerRule?[])[request.Affinity?.Hard, request.Affinity?.Soft])
        {
            AtMost(RequestLimits.MaxAffinityTexts, "affinity's tags", rule?.Tags?.Count);
            AtMost(RequestLimits.MaxAffinityTexts, "affinity's capabilities", rule?.Capabilities?.Count);
        }

        AtMost(RequestLimits.MaxAffinityTexts, "affinity's antiJobKinds", request.Affinity?.AntiJobKinds?.Count);
        if (request.RegionOfInterest is { } region && WktSize.Of(region).Problem() is { } problem)
            require(false, $"regionOfInterest {problem}");
    }

    private static void CheckAffinity(Affinity? affinity, Action<bool, string> require)
    {
        require(affinity is { Hard: not null, Soft: not null, AntiJobKinds: not null }, "affinity and its members must not be null; leave them out for no rule.");
        foreach (var rule in (WorkerRule?[])[affinity?.Hard, affinity?.Soft])
        {
            require(rule is null or { Tags: not null, Capabilities: not null }, "affinity's tags and capabilities must be lists; leave them out for none.");
            require(rule?.Tags?.Contains(null!) is not true && rule?.Capabilities?.Contains(null!) is not true, "affinity's tags and capabilities must not contain null.");
        }
    }

    private static void CheckEndpoint(ModelEndpoint? endpoint, Action<bool, string> require)
    {
        require(!string.IsNullOrWhiteSpace(endpoint?.Name), "endpoint.name must not be blank.");
        if (endpoint is not { Type: EndpointType.Http, Name.Length: > 0 })
            return;
        var valid = Uri.TryCreate(endpoint.Name, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
        require(valid, $"endpoint.name must be an http:// or https:// URL for an endpoint of type Http; it is '{RequestTexts.Printable(endpoint.Name)}'.");
        require(endpoint.TargetVariant is null, "endpoint.targetVariant has no meaning for an endpoint of type Http: leave it out.");
    }

    private static void CheckTile(TileOptions? tile, Action<bool, string> require)
    {
        require(tile is not null, "tile must not be null; leave it out for the defaults.");
        if (tile is null)
            return;
        require(tile.Size is >= MinTileSize and <= MaxTileSize, $"tile.size must be {MinTileSize}..{MaxTileSize} pixels; it is {tile.Size}.");
        require(tile.Overlap >= 0 && tile.Overlap < tile.Size, $"tile.overlap must be 0..{tile.Size - 1} (less than tile.size); it is {tile.Overlap}.");
        var fits = tile.Compression switch
        {
            TileCompression.None => true,
            TileCompression.Lzw => tile.Format is TileFormat.Gtiff,
            TileCompression.Jpeg => tile.Format is TileFormat.Jpeg or TileFormat.Nitf or TileFormat.Gtiff,
            TileCompression.J2k => tile.Format is TileFormat.Nitf,
            _ => false,
        };
        require(fits, $"tile.compression {tile.Compression} does not exist for tile.format {tile.Format}.");
    }

    private static void CheckOutput(OutputSink? output, Action<bool, string> require)
    {
        require(output is not null, "outputs must not contain null.");
        if (output is null)
            return;
        switch (output.Type)
        {
            case OutputType.File:
                require(!string.IsNullOrWhiteSpace(output.Path), "an output of type File must have a path.");
                break;
            case OutputType.S3:
                require(!string.IsNullOrWhiteSpace(output.Bucket), "an output of type S3 must have a bucket.");
                require(Encoding.UTF8.GetByteCount(output.Prefix ?? "") <= MaxPrefixBytes, $"an output's prefix must be at most {MaxPrefixBytes} bytes of UTF-8.");
                break;
            case OutputType.Kinesis:
                require(!string.IsNullOrWhiteSpace(output.Stream), "an output of type Kinesis must have a stream.");
                require(output.BatchSize is null or (>= 1 and <= 500), $"an output's batchSize must be 1..500; it is {output.BatchSize}.");
                break;
            default:
                require(false, $"an output has the unknown type {output.Type}.");
                break;
        }
    }

    private static void CheckPostProcessing(PostProcessingStep? step, Action<bool, string> require)
    {
        require(step is not null, "postProcessing must not contain null.");
        if (step is null)
            return;
        require(step.IouThreshold is >= 0 and <= 1, $"postProcessing.iouThreshold must be 0..1; it is {step.IouThreshold}.");
        require(step.SkipBoxThreshold is >= 0 and <= 1, $"postProcessing.skipBoxThreshold must be 0..1; it is {step.SkipBoxThreshold}.");
        require(Enum.IsDefined(step.Algorithm), $"postProcessing.algorithm {step.Algorithm} does not exist: use Nms, SoftNms or None.");
        require(Enum.IsDefined(step.Penalty), $"postProcessing.penalty {step.Penalty} does not exist: use Gaussian or Linear.");
        require(step.Sigma > 0, $"postProcessing.sigma must be greater than 0; it is {step.Sigma}.");
    }
}
