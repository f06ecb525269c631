using Microsoft.Extensions.Logging;
using Swath.Access;
using Swath.Contracts;

namespace Swath.Worker.Sinks;

/// <summary>Asks the outputs of a job, before it costs anything, what is known to stand in their way. Nothing that can be seen is written.</summary>
public sealed partial class OutputProbe(IFeatureSinkFactory sinks, GrantSettings grants, TimeProvider clock, ILogger<OutputProbe> log)
{
    // A store that does not answer by then is no reason to refuse a job: it may by its end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What is certain; what can't be told is no problem.</summary>
    /// <param name="command">The job's outputs, what it may write, and the names that the outputs give it.</param>
    /// <param name="image">What was measured.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>At most one for each output; none when none is known.</returns>
    public async Task<IReadOnlyList<OutputProblem>> ProblemsAsync(CalculateRegions command, ImageHeader image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        var access = grants.AccessOf(command.Grants);
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        var problems = await Task.WhenAll(command.Outputs.Select(output => ProbeAsync(output, command, access, image, either.Token, cancellationToken)));
        return [.. problems.OfType<OutputProblem>()];
    }

    private async Task<OutputProblem?> ProbeAsync(
        OutputSink output, CalculateRegions command, JobAccess access, ImageHeader image, CancellationToken cancellationToken, CancellationToken stopping)
    {
        OutputSink permitted;
        try
        {
            permitted = PermittedOutput.Of(output, access, command.JobId, command.ExternalId, command.ImageUrl);
        }
        catch (SinkException forbidden)
        {
            // Where a file's links lead is another matter on another machine.
            return new OutputProblem(forbidden.Message, HoldsEverywhere: output.Type != OutputType.File);
        }

        try
        {
            await using var sink = sinks.Create(permitted, PermittedOutput.NameOf(permitted, command.JobId, command.ExternalId));
            return await sink.ProbeAsync(image, cancellationToken);
        }
        catch (SinkException incomplete)
        {
            return new OutputProblem(incomplete.Message, HoldsEverywhere: true);
        }
        // Whatever else it is, no time or a defect: the output will say it when it is written, and can be retried then.
        catch (Exception unknown) when (!stopping.IsCancellationRequested)
        {
            LogUnknown(output.Type, unknown.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Debug, "An output of type {Type} could not be asked whether it can be written: {Reason}")]
    private partial void LogUnknown(OutputType type, string reason);
}
