using Swath.Contracts;
using Swath.Worker.Sinks;
using Swath.Worker.Tests.Sinks;

namespace Swath.Worker.Tests.Assembly;

/// <summary>Real sinks, but for one type: those open, and then fail with an exception that is no sink's.</summary>
internal sealed class BrokenSinks(OutputType broken) : IFeatureSinkFactory
{
    public IFeatureSink Create(OutputSink output, string jobId) => output.Type == broken ? new BrokenSink() : TestSinks.Factory().Create(output, jobId);

    private sealed class BrokenSink : IFeatureSink
    {
        public string Name => "broken";

        public Task<OutputProblem?> ProbeAsync(ImageHeader image, CancellationToken cancellationToken) => throw new NotSupportedException("out of cheese");

        public Task OpenAsync(ResultSummary summary, CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> feature, CancellationToken cancellationToken) => throw new NotSupportedException("out of cheese");

        public Task<string> CompleteAsync(CancellationToken cancellationToken) => Task.FromResult("never");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
