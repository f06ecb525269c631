using Swath.Contracts;

namespace Swath.Worker.Sinks;

/// <summary>Makes sinks of a request's outputs.</summary>
public interface IFeatureSinkFactory
{
    /// <exception cref="SinkException">The output is incomplete, or of a type that this build has no sink for.</exception>
    IFeatureSink Create(OutputSink output, Guid jobId);
}
