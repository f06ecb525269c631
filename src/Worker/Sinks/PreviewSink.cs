using System.Text.Json;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;
using Swath.Worker.Features;

namespace Swath.Worker.Sinks;

/// <summary>Writes a picture for people: the image made small, with a frame around each feature. It reads the image once more.</summary>
internal sealed class PreviewSink(string path, ImageAccess images) : IFeatureSink
{
    private ReplacedFile? _place;
    private PreviewPicture? _picture;

    public string Name => $"file {path}";

    public Task<OutputProblem?> ProbeAsync(ImageHeader image, CancellationToken cancellationToken) => Task.FromResult(ReplacedFile.Probe(path));

    public async Task OpenAsync(ResultSummary summary, CancellationToken cancellationToken)
    {
        _place = ReplacedFile.At(path);
        try
        {
            _picture = await Task.Run(
                () =>
                {
                    using var image = images.Open(summary.Image, summary.ImageReadRole, summary.Access, summary.ImageSegment, cancellationToken);
                    return PreviewPicture.Of(image, cancellationToken);
                },
                cancellationToken);
        }
        catch (ImageException e)
        {
            throw new SinkException($"The output {path} can't be drawn: {e.Message}.", e);
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> feature, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(feature);
        var box = document.RootElement.GetProperty("properties").GetProperty(FeatureNames.ImageBox);
        _picture!.Frame(new PixelBounds(box[0].GetDouble(), box[1].GetDouble(), box[2].GetDouble(), box[3].GetDouble()));
        return ValueTask.CompletedTask;
    }

    public Task<string> CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            _picture!.Save(_place!.Temporary);
        }
        catch (Exception e) when (ReplacedFile.IsAboutTheFile(e))
        {
            throw _place!.Failure(e);
        }

        return Task.FromResult(_place.Complete());
    }

    public ValueTask DisposeAsync()
    {
        _place?.Dispose();
        return ValueTask.CompletedTask;
    }
}
