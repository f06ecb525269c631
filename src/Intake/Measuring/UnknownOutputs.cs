using Swath.Contracts;

namespace Swath.Intake.Measuring;

/// <summary>Where nothing is known of outputs: they say it themselves, when they are written.</summary>
internal sealed class UnknownOutputs : IOutputProbe
{
    public Task<IReadOnlyList<string>> ProblemsAsync(CalculateRegions command, ImageHeader image, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);
}
