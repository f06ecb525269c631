using Swath.Contracts;
using Swath.Worker.Sinks;
using Swath.Worker.Tests.Sinks;

namespace Swath.Worker.Tests.Assembly;

/// <summary>Real sinks; when the first is made, between the two readings of the checkpoints, something happens to these.</summary>
internal sealed class SweepingSinks(Func<Task> sweep) : IFeatureSinkFactory
{
    public IFeatureSink Create(OutputSink output, string jobId)
    {
        sweep().GetAwaiter().GetResult();
        return TestSinks.Factory().Create(output, jobId);
    }
}
