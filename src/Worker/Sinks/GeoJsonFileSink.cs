using Swath.Contracts;

namespace Swath.Worker.Sinks;

/// <summary>
/// Writes a FeatureCollection (RFC 7946) to a file, one feature a line. It is written beside its final place, flushed to the
/// disk and renamed: a reader sees the old file or the whole new one.
/// </summary>
internal sealed class GeoJsonFileSink(string path) : IFeatureSink
{
    private const int BufferSize = 1 << 20;

    private ReplacedFile? _place;
    private FileStream? _file;
    private bool _any;

    public string Name => $"file {path}";

    public Task<OutputProblem?> ProbeAsync(ImageHeader image, CancellationToken cancellationToken) => Task.FromResult(ReplacedFile.Probe(path));

    public async Task OpenAsync(ResultSummary summary, CancellationToken cancellationToken)
    {
        _place = ReplacedFile.At(path);
        try
        {
            _file = new FileStream(_place.Temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.Asynchronous);
            await _file.WriteAsync(FeatureCollectionText.Head(summary), cancellationToken);
        }
        catch (Exception e) when (ReplacedFile.IsAboutTheFile(e))
        {
            throw _place.Failure(e);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> feature, CancellationToken cancellationToken)
    {
        var file = _file ?? throw new InvalidOperationException("The sink is not open.");
        try
        {
            await file.WriteAsync(FeatureCollectionText.Before(isFirst: !_any), cancellationToken);
            await file.WriteAsync(feature, cancellationToken);
            _any = true;
        }
        catch (Exception e) when (ReplacedFile.IsAboutTheFile(e))
        {
            throw _place!.Failure(e);
        }
    }

    public async Task<string> CompleteAsync(CancellationToken cancellationToken)
    {
        var file = _file ?? throw new InvalidOperationException("The sink is not open.");
        try
        {
            await file.WriteAsync(FeatureCollectionText.Tail, cancellationToken);
            await file.DisposeAsync();
        }
        catch (Exception e) when (ReplacedFile.IsAboutTheFile(e))
        {
            throw _place!.Failure(e);
        }

        return _place!.Complete();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_file is not null)
                await _file.DisposeAsync();
        }
        catch (Exception e) when (ReplacedFile.IsAboutTheFile(e))
        {
            // Its last bytes belong to a file that is thrown away.
        }

        _place?.Dispose();
    }
}
