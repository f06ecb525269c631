namespace Swath.Worker.Sinks;

/// <summary>
/// Writes a FeatureCollection (RFC 7946) to a file, one feature a line. It is written beside its final place, flushed to the
/// disk and renamed: a reader sees the old file or the whole new one.
/// </summary>
internal sealed class GeoJsonFileSink(string path) : IFeatureSink
{
    private const int BufferSize = 1 << 20;

    private string? _target;
    private string? _temporary;
    private FileStream? _file;
    private bool _any;

    public string Name => $"file {path}";

    public async Task OpenAsync(ResultSummary summary, CancellationToken cancellationToken)
    {
        try
        {
            _target = Path.GetFullPath(path);
            if (Directory.Exists(_target))
                throw new SinkException($"The output {path} is a folder. Name a file in it.");
            var folder = Path.GetDirectoryName(_target)!;
            Directory.CreateDirectory(folder);
            // In the same folder: a rename is only atomic inside a file system. A random name: two attempts may overlap.
            _temporary = Path.Combine(folder, $".{Path.GetFileName(_target)}.{Path.GetRandomFileName()}.partial");
            _file = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.Asynchronous);
            await _file.WriteAsync(FeatureCollectionText.Head(summary), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Failure(e);
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
    }

    public async Task<string> CompleteAsync(CancellationToken cancellationToken)
    {
        var file = _file ?? throw new InvalidOperationException("The sink is not open.");
        try
        {
            await file.WriteAsync(FeatureCollectionText.Tail, cancellationToken);
            await file.FlushAsync(cancellationToken);
            file.Flush(flushToDisk: true);
            await file.DisposeAsync();
            _file = null;
            File.Move(_temporary!, _target!, overwrite: true);
            _temporary = null;
            return _target!;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_file is not null)
                await _file.DisposeAsync();
            if (_temporary is not null)
                File.Delete(_temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What failed was reported when it did; a left-over file is hidden and ends in .partial.
        }
    }

    private SinkException Failure(Exception e) =>
        new($"The output {path} can't be written: {e.Message} Check that the folder is writable and the disk has room.", e);
}
