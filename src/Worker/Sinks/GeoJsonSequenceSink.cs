using Swath.Contracts;

namespace Swath.Worker.Sinks;

/// <summary>
/// Writes one feature a line (https://stevage.github.io/ndgeojson), or as an RFC 8142 sequence, in which a record separator precedes each. What a
/// FeatureCollection says of the whole has no place in them.
/// </summary>
internal sealed class GeoJsonSequenceSink(string path, bool separated) : IFeatureSink
{
    private const int BufferSize = 1 << 20;

    private static readonly byte[] Separator = [0x1E];
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    private ReplacedFile? _place;
    private FileStream? _file;

    public string Name => $"file {path}";

    public Task<OutputProblem?> ProbeAsync(ImageHeader image, CancellationToken cancellationToken) => Task.FromResult(ReplacedFile.Probe(path));

    public Task OpenAsync(ResultSummary summary, CancellationToken cancellationToken)
    {
        _place = ReplacedFile.At(path);
        try
        {
            _file = new FileStream(_place.Temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.Asynchronous);
        }
        catch (Exception e) when (ReplacedFile.IsAboutTheFile(e))
        {
            throw _place.Failure(e);
        }

        return Task.CompletedTask;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> feature, CancellationToken cancellationToken)
    {
        try
        {
            if (separated)
                await _file!.WriteAsync(Separator, cancellationToken);
            await _file!.WriteAsync(feature, cancellationToken);
            await _file.WriteAsync(NewLine, cancellationToken);
        }
        catch (Exception e) when (ReplacedFile.IsAboutTheFile(e))
        {
            throw _place!.Failure(e);
        }
    }

    public async Task<string> CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _file!.DisposeAsync();
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
