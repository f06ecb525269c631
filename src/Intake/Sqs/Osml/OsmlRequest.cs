using System.Text.Json;
using Swath.Contracts;

namespace Swath.Intake.Sqs.Osml;

/// <summary>
/// The request of AWS's osml-model-runner (https://github.com/awslabs/osml-model-runner, MODELRUNNER_API.md), so that systems that send it can
/// keep their messages. Members that are not named here are left alone.
/// </summary>
internal static class OsmlRequest
{
    private const int LongestJobId = 256;

    // The rules speak of Swath's own fields; the sender wrote these.
    private static readonly (string Ours, string Theirs)[] Names =
    [
        ("endpoint.name", "imageProcessor.name"),
        ("endpoint.assumedRole", "imageProcessor.assumedRole"),
        ("endpoint.targetVariant", "imageProcessorParameters.TargetVariant"),
        ("endpoint.parameters", "imageProcessorParameters"),
        ("tile.size", "imageProcessorTileSize"),
        ("tile.overlap", "imageProcessorTileOverlap"),
        ("tile.format", "imageProcessorTileFormat"),
        ("tile.compression", "imageProcessorTileCompression"),
        ("imageUrl", "imageUrls[0]"),
        ("externalId", "jobId"),
    ];

    /// <summary>Whether a JSON object is meant to be one: two members that no other form has.</summary>
    public static bool IsOne(JsonElement body) => body.TryGetProperty("imageProcessor", out _) || body.TryGetProperty("imageUrls", out _);

    /// <exception cref="RefusedRequestException">It can't be a job.</exception>
    public static ImageRequested Read(JsonElement body)
    {
        List<string> problems = [];
        var members = new OsmlMembers(body, "", problems);
        var name = members.RequiredText("jobId", "the job, with any text that no other job has");
        if (name.Length > LongestJobId)
            members.Refuse("jobId", $"must be no longer than {LongestJobId} characters; it has {name.Length}.");
        var (jobId, externalId) = OsmlJobId.Of(name);
        var request = new ImageRequested
        {
            JobId = jobId,
            ExternalId = externalId,
            JobName = members.Text("jobName"),
            ImageUrl = OneImage(members),
            ImageReadRole = members.Role("imageReadRole"),
            Endpoint = OsmlProcessor.Endpoint(members),
            Tile = OsmlProcessor.Tile(members),
            RegionOfInterest = members.Text("regionOfInterest"),
            Outputs = OsmlOutputs.Read(members),
            FeatureProperties = [.. members.List("featureProperties").Select(properties => properties.Clone())],
            PostProcessing = OsmlPostProcessing.Read(members),
        };
        if (problems.Count == 0)
            problems.AddRange(ImageRequestRules.Problems(request).Select(InTheirWords));
        return problems.Count == 0 ? request : throw new RefusedRequestException(RefusalKind.InvalidRequest, problems);
    }

    private static string OneImage(OsmlMembers members)
    {
        var images = members.List("imageUrls");
        switch (images)
        {
            case [{ ValueKind: JsonValueKind.String } image] when image.GetString() is { Length: > 0 } url:
                return url;
            case [] when !members.Has("imageUrls"):
                members.Refuse("imageUrls", "is missing: name one image, [\"s3://bucket/key\"].");
                break;
            case [] or [_]:
                members.Refuse("imageUrls", "must be a list of one text that names an image: [\"s3://bucket/key\"].");
                break;
            default:
                members.Refuse("imageUrls", $"names {images.Count} images, and a job is one image: send a request for each.");
                break;
        }
        return "";
    }

    private static string InTheirWords(string problem) =>
        Names.Aggregate(problem, (sentence, name) => sentence.Replace(name.Ours, name.Theirs, StringComparison.Ordinal));
}
