using Swath.Contracts;

namespace Swath.Worker.Sinks;

/// <summary>Makes sinks of a request's outputs.</summary>
public interface IFeatureSinkFactory
{
    /// <param name="output">What the request wants.</param>
    /// <param name="jobId">The job's id as its upstream knows it: the name of an object, the key of records.</param>
    /// <exception cref="SinkException">The output is incomplete, or of a type that this build has no sink for.</exception>
    IFeatureSink Create(OutputSink output, string jobId);
}
