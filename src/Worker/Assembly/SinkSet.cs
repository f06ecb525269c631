using Swath.Contracts;
using Swath.Worker.Sinks;

namespace Swath.Worker.Assembly;

/// <summary>A job's outputs as one: one that fails is left behind and remembered, the others go on.</summary>
internal sealed class SinkSet : IAsyncDisposable
{
    private readonly List<IFeatureSink> _open = [];
    private readonly List<IFeatureSink> _failed = [];
    private readonly List<string> _failures = [];

    public SinkSet(AssembleResult work, IFeatureSinkFactory factory)
    {
        foreach (var output in work.Outputs)
        {
            try
            {
                _open.Add(factory.Create(output, work.ExternalId ?? work.JobId.ToString()));
            }
            catch (SinkException e)
            {
                _failures.Add(e.Message);
            }
        }
    }

    /// <summary>Why outputs were left behind, in words.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public bool AnyLeft => _open.Count > 0;

    public ValueTask OpenAsync(ResultSummary summary, CancellationToken cancellationToken) =>
        ForEachAsync(sink => new ValueTask(sink.OpenAsync(summary, cancellationToken)));

    public ValueTask WriteAsync(ReadOnlyMemory<byte> feature, CancellationToken cancellationToken) =>
        ForEachAsync(sink => sink.WriteAsync(feature, cancellationToken));

    public async Task<IReadOnlyList<string>> CompleteAsync(CancellationToken cancellationToken)
    {
        var results = new List<string>();
        await ForEachAsync(async sink => results.Add(await sink.CompleteAsync(cancellationToken)));
        return results;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sink in _open.Concat(_failed))
            await sink.DisposeAsync();
    }

    private async ValueTask ForEachAsync(Func<IFeatureSink, ValueTask> act)
    {
        foreach (var sink in _open.ToArray())
        {
            try
            {
                await act(sink);
            }
            catch (SinkException e)
            {
                _failures.Add(e.Message);
                _open.Remove(sink);
                _failed.Add(sink);
            }
        }
    }
}
