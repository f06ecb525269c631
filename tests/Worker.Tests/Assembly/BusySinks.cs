using Npgsql;
using Swath.Contracts;
using Swath.Worker.Sinks;
using Swath.Worker.Tests.Sinks;

namespace Swath.Worker.Tests.Assembly;

/// <summary>Real sinks that take their time over each feature: they ask a question of a database first.</summary>
internal sealed class BusySinks(NpgsqlDataSource database, string question) : IFeatureSinkFactory
{
    public IFeatureSink Create(OutputSink output, string jobId) => new Busy(TestSinks.Factory().Create(output, jobId), database, question);

    private sealed class Busy(IFeatureSink sink, NpgsqlDataSource database, string question) : IFeatureSink
    {
        public string Name => sink.Name;

        public Task<OutputProblem?> ProbeAsync(ImageHeader image, CancellationToken cancellationToken) => sink.ProbeAsync(image, cancellationToken);

        public Task OpenAsync(ResultSummary summary, CancellationToken cancellationToken) => sink.OpenAsync(summary, cancellationToken);

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> feature, CancellationToken cancellationToken)
        {
            await using (var command = database.CreateCommand(question))
                await command.ExecuteScalarAsync(cancellationToken);
            await sink.WriteAsync(feature, cancellationToken);
        }

        public Task<string> CompleteAsync(CancellationToken cancellationToken) => sink.CompleteAsync(cancellationToken);

        public ValueTask DisposeAsync() => sink.DisposeAsync();
    }
}
