using Swath.Contracts;

namespace Swath.Worker.Sinks;

/// <inheritdoc cref="IFeatureSinkFactory"/>
internal sealed class FeatureSinkFactory : IFeatureSinkFactory
{
    public IFeatureSink Create(OutputSink output, Guid jobId)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output.Type != OutputType.File)
            throw new SinkException($"This build has no sink of type {output.Type}. Use an output of type File.");
        if (string.IsNullOrWhiteSpace(output.Path))
            throw new SinkException("An output of type File has no path. Set 'path' to the GeoJSON file that is to be written.");
        return FileSinks.For(output.Path);
    }
}
