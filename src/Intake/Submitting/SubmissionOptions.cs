using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;

namespace Swath.Intake.Submitting;

/// <summary>Whose the requests are that come in, and how many may wait.</summary>
public sealed class SubmissionOptions
{
    [Setting("API_TENANT")]
    [Description("The tenant of every request that comes over the REST API, whatever the request says. Not set: the request says it.")]
    public string? ApiTenant { get; set; }

    [Setting("BROKER_TENANT")]
    [Description("The tenant of every ImageRequested that is published on the broker, whatever the request says. Not set: the request says it.")]
    public string? BrokerTenant { get; set; }

    [Setting("IMAGE_QUEUE_TENANT")]
    [Description("The tenant of every request from IMAGE_QUEUE, whatever the request says. Not set: the request says it.")]
    public string? QueueTenant { get; set; }

    [Setting("MAX_WAITING_JOBS"), Range(1, 100_000_000)]
    [Description("Jobs of all tenants that may wait, measured or not, before REST answers 503 and the gateway of IMAGE_QUEUE takes no more from it. What was accepted is never failed for it.")]
    public int MaxWaitingJobs { get; set; } = 1_000_000;

    /// <summary>The tenant that every request of a way in has; null where the request says it.</summary>
    public string? TenantOf(WayIn way)
    {
        var tenant = way switch
        {
            WayIn.Rest => ApiTenant,
            WayIn.Broker => BrokerTenant,
            WayIn.Sqs => QueueTenant,
            _ => null,
        };
        return string.IsNullOrWhiteSpace(tenant) ? null : tenant.Trim();
    }
}
