using Swath.Access;
using Swath.Contracts;
using Swath.Worker.Sinks;

namespace Swath.Worker.Assembly;

/// <summary>A job's outputs as one: one that fails is left behind and remembered, the others go on.</summary>
internal sealed class SinkSet : IAsyncDisposable
{
    private readonly List<(int Output, IFeatureSink Sink)> _open = [];
    private readonly SortedDictionary<int, OutputOutcome> _outcomes = [];

    public SinkSet(AssembleResult work, IFeatureSinkFactory factory, JobAccess access)
    {
        foreach (var (output, wanted) in work.Outputs.Index())
        {
            if (work.OnlyOutputs is { } only && !only.Contains(output))
                continue;
            try
            {
                _open.Add((output, factory.Create(
                    PermittedOutput.Of(wanted, access, work.JobId, work.ExternalId, work.ImageUrl), PermittedOutput.NameOf(wanted, work.JobId, work.ExternalId))));
            }
            catch (SinkException e)
            {
                _outcomes[output] = new OutputOutcome(output, Failure: e.Message);
            }
        }
    }

    /// <summary>What became of each output that has come to its end, in the order of the request.</summary>
    public IReadOnlyList<OutputOutcome> Outcomes => [.. _outcomes.Values];

    public bool AnyLeft => _open.Count > 0;

    public ValueTask OpenAsync(ResultSummary summary, CancellationToken cancellationToken) =>
        ForEachAsync((_, sink) => new ValueTask(sink.OpenAsync(summary, cancellationToken)), cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> feature, CancellationToken cancellationToken) =>
        ForEachAsync((_, sink) => sink.WriteAsync(feature, cancellationToken), cancellationToken);

    public ValueTask CompleteAsync(CancellationToken cancellationToken) => ForEachAsync(
        async (output, sink) => _outcomes[output] = new OutputOutcome(output, Result: await sink.CompleteAsync(cancellationToken)), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, sink) in _open)
            await sink.DisposeAsync();
    }

    private async ValueTask ForEachAsync(Func<int, IFeatureSink, ValueTask> act, CancellationToken cancellationToken)
    {
        foreach (var (output, sink) in _open.ToArray())
        {
            try
            {
                await act(output, sink);
            }
            // Whatever goes wrong in one output, and be it a defect, is that output's alone: the features are paid for.
            catch (Exception e) when (!(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                _outcomes[output] = new OutputOutcome(output, Failure: e is SinkException ? e.Message : $"The output {sink.Name} can't be written: {e.GetType().Name}: {e.Message}");
                _open.Remove((output, sink));
                // At once: what it wrote may be what fills the disk of the others.
                await sink.DisposeAsync();
            }
        }
    }
}
