using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Swath.Endpoints;

/// <summary>How Swath talks to model endpoints. Values are read anew for every new endpoint object and estimate.</summary>
public sealed class EndpointsOptions
{
    /// <summary>Inference requests that one instance behind a SageMaker endpoint takes at once, where no tag says otherwise. Default 2.</summary>
    [ConfigurationKeyName("DEFAULT_INSTANCE_CONCURRENCY"), Range(1, 100_000)]
    public int DefaultInstanceConcurrency { get; set; } = 2;

    /// <summary>Inference requests that an HTTP endpoint takes at once. Default 10.</summary>
    [ConfigurationKeyName("DEFAULT_HTTP_ENDPOINT_CONCURRENCY"), Range(1, 100_000)]
    public int DefaultHttpEndpointConcurrency { get; set; } = 10;

    /// <summary>Seconds for one attempt, from sending to the answer's last byte. Default 60, as SageMaker's own limit.</summary>
    [ConfigurationKeyName("ENDPOINT_TIMEOUT_SECONDS"), Range(0.05, 3600)]
    public double TimeoutSeconds { get; set; } = 60;

    /// <summary>Seconds to wait for a connection. Default 5.</summary>
    [ConfigurationKeyName("ENDPOINT_CONNECT_TIMEOUT_SECONDS"), Range(0.05, 300)]
    public double ConnectTimeoutSeconds { get; set; } = 5;

    /// <summary>How often a tile is sent at most; 1 never retries. Default 6.</summary>
    [ConfigurationKeyName("ENDPOINT_MAX_ATTEMPTS"), Range(1, 100)]
    public int MaxAttempts { get; set; } = 6;

    /// <summary>Seconds before the first retry; doubles with each, with jitter. Default 0.5.</summary>
    [ConfigurationKeyName("ENDPOINT_RETRY_DELAY_SECONDS"), Range(0.001, 60)]
    public double RetryDelaySeconds { get; set; } = 0.5;

    /// <summary>The longest wait before a retry in seconds, also when Retry-After asks for more. Default 30.</summary>
    [ConfigurationKeyName("ENDPOINT_MAX_RETRY_DELAY_SECONDS"), Range(0.001, 3600)]
    public double MaxRetryDelaySeconds { get; set; } = 30;

    /// <summary>Retries that an endpoint may be sent at once when it has been well until now; 0 never retries. Default 100.</summary>
    [ConfigurationKeyName("ENDPOINT_RETRY_BUDGET"), Range(0, 1_000_000)]
    public int RetryBudget { get; set; } = 100;

    /// <summary>What each first attempt adds to the budget: 0.2 allows one retry per five tiles in the long run. Default 0.2.</summary>
    [ConfigurationKeyName("ENDPOINT_RETRY_BUDGET_RATIO"), Range(0.0, 10.0)]
    public double RetryBudgetRatio { get; set; } = 0.2;

    /// <summary>Retries per second that the budget regains by itself, so that a few slow tiles can still be retried. Default 2.</summary>
    [ConfigurationKeyName("ENDPOINT_RETRY_BUDGET_PER_SECOND"), Range(0.0, 10_000.0)]
    public double RetryBudgetPerSecond { get; set; } = 2;

    /// <summary>The largest answer that is read, in bytes after decompression. Default 64 MiB.</summary>
    [ConfigurationKeyName("ENDPOINT_MAX_ANSWER_BYTES"), Range(1, int.MaxValue)]
    public int MaxAnswerBytes { get; set; } = 64 << 20;
}
