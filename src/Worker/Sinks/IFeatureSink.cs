using Swath.Contracts;

namespace Swath.Worker.Sinks;

/// <summary>
/// One output of a job. Features are given one after another; only <see cref="CompleteAsync"/> makes them visible, all at once.
/// Disposing without completing leaves no trace.
/// </summary>
public interface IFeatureSink : IAsyncDisposable
{
    /// <summary>What the output is, for messages: <c>file /out/a.geojson</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Looks, before the job costs anything, whether something is known to stand in the way. Leaves nothing behind that can be seen; a sink that was asked is not opened.
    /// </summary>
    /// <returns>What is certain; null when nothing is, or when it can't be told.</returns>
    Task<OutputProblem?> ProbeAsync(ImageHeader image, CancellationToken cancellationToken);

    /// <summary>Makes ready to write.</summary>
    /// <exception cref="SinkException">The output can't be written.</exception>
    Task OpenAsync(ResultSummary summary, CancellationToken cancellationToken);

    /// <summary>Takes one GeoJSON feature in UTF-8; the memory is only valid during the call.</summary>
    /// <exception cref="SinkException">The output can't be written.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> feature, CancellationToken cancellationToken);

    /// <summary>Makes the features durable and visible.</summary>
    /// <returns>Where the result can be read: a path or a URL.</returns>
    /// <exception cref="SinkException">The output can't be written.</exception>
    Task<string> CompleteAsync(CancellationToken cancellationToken);
}
