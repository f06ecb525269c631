using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Persistence.Capacity;
using Swath.Scheduler.Admission;

namespace Swath.Scheduler.Capacity;

/// <summary>Brings what endpoints say of their capacity into the ledger.</summary>
public sealed class EndpointCapacities(
    ICapacityEstimator estimator, CapacityLedger ledger, IOptionsMonitor<SchedulerOptions> options,
    ILogger<EndpointCapacities> logger)
{
    /// <summary>
    /// Asks for the capacity of an endpoint variant and writes it down. An endpoint that can't be described keeps its last known
    /// figure; one that never could gets 0, which is a reason for its jobs to wait and no failure.
    /// </summary>
    public async Task RefreshAsync(string endpoint, EndpointType type, string? variant, string? role = null, CancellationToken cancellationToken = default)
    {
        var key = new EndpointVariant(endpoint, variant ?? "");
        try
        {
            var capacity = await estimator.EstimateAsync(endpoint, type, variant, role, cancellationToken).ConfigureAwait(false);
            var target = CapacityTarget.Of(capacity.MaxCapacity, options.CurrentValue.CapacityTargetPercentage);
            logger.LogDebug("Endpoint {Endpoint} takes {MaxCapacity} requests at once ({Basis}); target {Target}", key, capacity.MaxCapacity, capacity.Basis, target);
            await ledger.RefreshAsync(key, capacity.MaxCapacity, target, problem: null, cancellationToken).ConfigureAwait(false);
        }
        catch (InvocationException failure)
        {
            var known = (await ledger.ReadAsync(endpoint, cancellationToken).ConfigureAwait(false)).FirstOrDefault(entry => entry.Key == key);
            logger.LogError(failure, "Endpoint {Endpoint} can't be described; its last known capacity of {MaxCapacity} stays", key, known?.MaxCapacity ?? 0);
            await ledger.RefreshAsync(key, known?.MaxCapacity ?? 0, known?.Target ?? 0, ToldToAll(failure, endpoint, role), cancellationToken).ConfigureAwait(false);
        }
    }

    // Every tenant with a job for the endpoint reads it: what a role's account answered is for those who may use the role.
    internal static string ToldToAll(InvocationException failure, string endpoint, string? role) => string.IsNullOrEmpty(role)
        ? failure.Message
        : $"SageMaker endpoint '{endpoint}' can't be described with the role that a request names for it ({failure.Kind}). Swath's log has the whole reason.";
}
