using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;

namespace Swath.Endpoints;

/// <summary>How Swath talks to model endpoints. Values are read anew for every new endpoint object and estimate.</summary>
public sealed class EndpointsOptions
{
    [Setting("DEFAULT_INSTANCE_CONCURRENCY"), Range(1, 100_000)]
    [Description("Inference requests that one instance behind a SageMaker endpoint takes at once, where no tag says otherwise.")]
    public int DefaultInstanceConcurrency { get; set; } = 2;

    [Setting("DEFAULT_HTTP_ENDPOINT_CONCURRENCY"), Range(1, 100_000)]
    [Description("Inference requests that an HTTP endpoint takes at once.")]
    public int DefaultHttpEndpointConcurrency { get; set; } = 10;

    [Setting("ENDPOINT_TIMEOUT_SECONDS"), Range(0.05, 3600)]
    [Description("Seconds for one attempt, from sending to the answer's last byte.")]
    public double TimeoutSeconds { get; set; } = 60;

    [Setting("ENDPOINT_CONNECT_TIMEOUT_SECONDS"), Range(0.05, 300)]
    [Description("Seconds to wait for a connection.")]
    public double ConnectTimeoutSeconds { get; set; } = 5;

    [Setting("ENDPOINT_MAX_ATTEMPTS"), Range(1, 100)]
    [Description("How often a tile is sent at most; 1 never retries.")]
    public int MaxAttempts { get; set; } = 6;

    [Setting("ENDPOINT_RETRY_DELAY_SECONDS"), Range(0.001, 60)]
    [Description("Seconds before the first retry; doubles with each, with jitter.")]
    public double RetryDelaySeconds { get; set; } = 0.5;

    [Setting("ENDPOINT_MAX_RETRY_DELAY_SECONDS"), Range(0.001, 3600)]
    [Description("The longest wait before a retry in seconds, also when Retry-After asks for more.")]
    public double MaxRetryDelaySeconds { get; set; } = 30;

    [Setting("ENDPOINT_RETRY_BUDGET"), Range(0, 1_000_000)]
    [Description("Retries that an endpoint may be sent at once when it has been well until now; 0 never retries.")]
    public int RetryBudget { get; set; } = 100;

    [Setting("ENDPOINT_RETRY_BUDGET_RATIO"), Range(0.0, 10.0)]
    [Description("What each first attempt adds to the budget: 0.2 allows one retry per five tiles in the long run.")]
    public double RetryBudgetRatio { get; set; } = 0.2;

    [Setting("ENDPOINT_RETRY_BUDGET_PER_SECOND"), Range(0.0, 10_000.0)]
    [Description("Retries per second that the budget regains by itself, so that a few slow tiles can still be retried.")]
    public double RetryBudgetPerSecond { get; set; } = 2;

    [Setting("ENDPOINT_MAX_ANSWER_BYTES"), Range(1, int.MaxValue)]
    [Description("The largest answer that is read, in bytes after decompression.")]
    public int MaxAnswerBytes { get; set; } = 64 << 20;

    [Setting("FEATURE_MAX_VERTICES"), Range(4, 10_000_000)]
    [Description("Positions that one feature of an answer may have; one with more is left out of the result and counted.")]
    public int FeatureMaxVertices { get; set; } = 50_000;

    [Setting("TILE_MAX_DROPPED"), Range(0.0, 1.0)]
    [Description("The share of an answer's features that may be left out because they can't be used (no place, outside of the tile, a ring without an area); with more, the tile fails. 0 fails it for a single one.")]
    public double TileMaxDropped { get; set; } = 0.5;

    [Setting("SAGEMAKER_MAX_PAYLOAD_BYTES"), Range(1, int.MaxValue)]
    [Description("The largest tile that is sent to a SageMaker endpoint, in bytes; 6 MiB is what its runtime takes, serverless endpoints take 4 MiB.")]
    public int SageMakerMaxPayloadBytes { get; set; } = 6 << 20;
}
