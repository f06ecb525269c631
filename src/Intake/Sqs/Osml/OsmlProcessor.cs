using System.Text.Json;
using Swath.Contracts;

namespace Swath.Intake.Sqs.Osml;

/// <summary>The model endpoint and how the image is cut for it: the members that begin with <c>imageProcessor</c>.</summary>
internal static class OsmlProcessor
{
    private const string TargetVariant = "TargetVariant";

    private static readonly Dictionary<string, EndpointType> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["SM_ENDPOINT"] = EndpointType.SageMaker,
        ["HTTP_ENDPOINT"] = EndpointType.Http,
    };

    private static readonly Dictionary<string, TileFormat> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["NITF"] = TileFormat.Nitf,
        ["JPEG"] = TileFormat.Jpeg,
        ["PNG"] = TileFormat.Png,
        ["GTIFF"] = TileFormat.Gtiff,
    };

    private static readonly Dictionary<string, TileCompression> Compressions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["NONE"] = TileCompression.None,
        ["JPEG"] = TileCompression.Jpeg,
        ["J2K"] = TileCompression.J2k,
        ["LZW"] = TileCompression.Lzw,
    };

    public static ModelEndpoint Endpoint(OsmlMembers request)
    {
        var parameters = Parameters(request);
        var variant = parameters.Remove(TargetVariant, out var target) ? target : null;
        if (request.Object("imageProcessor") is not { } processor)
        {
            if (!request.Has("imageProcessor"))
                request.Refuse("imageProcessor", "is missing: name the model, {\"name\": \"my-endpoint\", \"type\": \"SM_ENDPOINT\"}.");
            return new ModelEndpoint { Name = "" };
        }
        var type = processor.Word("type", EndpointType.SageMaker, Types);
        return new ModelEndpoint
        {
            Name = processor.RequiredText("name", "a SageMaker endpoint, or the URL of a model"),
            Type = type,
            // An HTTP endpoint has no variants, and senders give all their requests the same parameters.
            TargetVariant = type is EndpointType.SageMaker ? variant : null,
            AssumedRole = processor.Role("assumedRole"),
            Parameters = parameters,
        };
    }

    public static TileOptions Tile(OsmlMembers request)
    {
        var size = request.Whole("imageProcessorTileSize", new TileOptions().Size);
        return new TileOptions
        {
            Size = size,
            Overlap = request.Whole("imageProcessorTileOverlap", TileOptions.DefaultOverlap(size)),
            Format = request.Word("imageProcessorTileFormat", TileFormat.Nitf, Formats),
            Compression = request.Word("imageProcessorTileCompression", TileCompression.None, Compressions),
        };
    }

    private static Dictionary<string, string> Parameters(OsmlMembers request)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        if (request.Object("imageProcessorParameters") is not { } given)
            return parameters;
        foreach (var name in given.All().Where(member => member.Value.ValueKind is not JsonValueKind.Null).Select(member => member.Name).Distinct())
        {
            var value = given.All().Last(member => member.NameEquals(name)).Value;
            switch (value.ValueKind)
            {
                case JsonValueKind.String:
                    parameters[name] = given.Text(name) ?? "";
                    break;
                case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                    parameters[name] = value.GetRawText();
                    break;
                default:
                    given.Refuse(name, $"must be a text, a number, true or false; it is {OsmlMembers.Quote(value)}.");
                    break;
            }
        }
        return parameters;
    }
}
