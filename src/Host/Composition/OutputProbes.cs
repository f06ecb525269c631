using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Host.Composition.Transports;
using Swath.Intake;
using Swath.Intake.Measuring;
using Swath.Worker.Sinks;

namespace Swath.Host.Composition;

/// <summary>
/// Asks the worker's own outputs from where images are measured. In one process both see the same; elsewhere a folder that is missing here may be
/// there where the worker is, and only what is so on every machine counts.
/// </summary>
internal sealed class OutputProbes(OutputProbe probe, ITransport transport, IOptionsMonitor<IntakeOptions> options) : IOutputProbe
{
    public async Task<IReadOnlyList<string>> ProblemsAsync(CalculateRegions command, ImageHeader image, CancellationToken cancellationToken)
    {
        var seesTheSame = transport.LivesInProcess || options.CurrentValue.SeesOutputs;
        var problems = await probe.ProblemsAsync(command, image, cancellationToken);
        return [.. problems.Where(problem => seesTheSame || problem.HoldsEverywhere).Select(problem => problem.Message)];
    }
}
