using Swath.Contracts;

namespace Swath.Intake.Measuring;

/// <summary>Asks, before a job costs anything, what is known to stand in the way of its outputs.</summary>
public interface IOutputProbe
{
    /// <param name="command">The job's outputs, and the name that they give it.</param>
    /// <param name="image">What was measured.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>A sentence for each output that can't be written, with what to change; empty when none is known.</returns>
    Task<IReadOnlyList<string>> ProblemsAsync(CalculateRegions command, ImageHeader image, CancellationToken cancellationToken);
}
