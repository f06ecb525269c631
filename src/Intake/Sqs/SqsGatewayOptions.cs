using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Swath.Configuration;

namespace Swath.Intake.Sqs;

/// <summary>The SQS queue that requests come from. The names are those of osml-model-runner, so that its deployments keep theirs.</summary>
public sealed class SqsGatewayOptions
{
    [Setting("IMAGE_QUEUE")]
    [Description("The SQS queue with requests, by name, ARN or URL; the intake role takes them from it. Not set: no queue is read.")]
    public string? Queue { get; set; }

    [Setting("IMAGE_DLQ")]
    [Description("The SQS queue that requests which can't be jobs are moved to, by name, ARN or URL. Not set: the target of IMAGE_QUEUE's own redrive policy.")]
    public string? DeadLetterQueue { get; set; }

    [Setting("IMAGE_QUEUE_CONCURRENCY"), Range(1, 1000)]
    [Description("Messages of IMAGE_QUEUE that one process has in hand at most.")]
    public int Concurrency { get; set; } = 10;

    [Setting("IMAGE_QUEUE_VISIBILITY_SECONDS"), Range(2.0, 3600.0)]
    [Description("For how long a message in hand is hidden from others; extended while it is in hand. A process that dies gives its messages back after this time.")]
    public TimeSpan Visibility { get; set; } = TimeSpan.FromSeconds(60);
}
