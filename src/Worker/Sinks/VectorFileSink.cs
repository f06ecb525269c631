using System.Text.Json;
using Swath.Contracts;
using Swath.Imaging;
using Swath.Worker.Features;

namespace Swath.Worker.Sinks;

/// <summary>
/// Writes a table of features for geographic information systems: FlatGeobuf or GeoPackage. The columns are the best class and its score, the box in the image,
/// and all properties as JSON.
/// </summary>
internal sealed class VectorFileSink(string path, VectorFormat format) : IFeatureSink
{
    private const string Layer = "features";

    private static readonly VectorField[] Fields =
    [
        new("id"), new("class"), new("score", IsNumber: true),
        new("image_min_x", IsNumber: true), new("image_min_y", IsNumber: true), new("image_max_x", IsNumber: true), new("image_max_y", IsNumber: true),
        new("properties"),
    ];

    private ReplacedFile? _place;
    private VectorFile? _file;

    public string Name => $"file {path}";

    public Task<OutputProblem?> ProbeAsync(ImageHeader image, CancellationToken cancellationToken)
    {
        if (format == VectorFormat.FlatGeobuf && image.Georeferencing == Georeferencing.None)
        {
            return Task.FromResult<OutputProblem?>(new OutputProblem(
                $"The output {path} can't be written: the image has no georeferencing, and a FlatGeobuf holds places on the earth alone. Use .gpkg, .geojson or .geojsonl.", HoldsEverywhere: true));
        }

        return Task.FromResult(VectorFile.CanWrite(format) ? ReplacedFile.Probe(path) : new OutputProblem(NoDriver().Message, HoldsEverywhere: false));
    }

    public Task OpenAsync(ResultSummary summary, CancellationToken cancellationToken)
    {
        if (!VectorFile.CanWrite(format))
            throw NoDriver();
        _place = ReplacedFile.At(path);
        return Task.CompletedTask;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> feature, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(feature);
        var root = document.RootElement;
        var geometry = root.GetProperty("geometry");
        var properties = root.GetProperty("properties");
        var (best, score) = BestClass(properties);
        var box = properties.GetProperty(FeatureNames.ImageBox);
        try
        {
            var place = geometry.ValueKind == JsonValueKind.Null ? null : geometry.GetRawText();
            if (place is null && format == VectorFormat.FlatGeobuf)
                throw new SinkException($"The output {path} can't be written: a feature has no place on the earth, and a FlatGeobuf can't hold it. Use .gpkg, .geojson or .geojsonl.");
            var file = _file ??= VectorFile.Create(_place!.Temporary, format, Layer, Fields);
            file.Add(
                place, root.GetProperty("id").GetString(), best, score,
                box[0].GetDouble(), box[1].GetDouble(), box[2].GetDouble(), box[3].GetDouble(), properties.GetRawText());
        }
        catch (ImageException e)
        {
            throw Failure(e);
        }

        return ValueTask.CompletedTask;
    }

    public Task<string> CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            (_file ??= VectorFile.Create(_place!.Temporary, format, Layer, Fields)).Complete();
        }
        catch (ImageException e)
        {
            throw Failure(e);
        }

        return Task.FromResult(_place!.Complete());
    }

    public ValueTask DisposeAsync()
    {
        _file?.Dispose();
        _place?.Dispose();
        return ValueTask.CompletedTask;
    }

    private static (string? Class, double? Score) BestClass(JsonElement properties)
    {
        string? best = null;
        double? score = null;
        foreach (var candidate in properties.GetProperty(FeatureNames.Classes).EnumerateArray())
        {
            var its = candidate.GetProperty("score").GetDouble();
            if (score is null || its > score)
                (best, score) = (candidate.GetProperty("iri").GetString(), its);
        }

        return (best, score);
    }

    private SinkException NoDriver() =>
        new($"The output {path} can't be written: this machine's GDAL has no driver for {format}. Use .geojson or .geojsonl.");

    private SinkException Failure(ImageException e) =>
        new($"The output {path} can't be written: {e.Detail}. Check the folder and the disk, or use .geojson, which takes every feature.", e);
}
