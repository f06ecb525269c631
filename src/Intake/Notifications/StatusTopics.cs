using Amazon.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Endpoints.Aws.Sns;

namespace Swath.Intake.Notifications;

/// <summary>Publishes notifications to the topics that are set; those that SNS will never take are left out, and the log says so.</summary>
internal sealed class StatusTopics(IServiceProvider services, IOptions<StatusTopicOptions> options, IntakeMetrics metrics, ILogger<StatusTopics> logger)
{
    /// <summary>Whether anybody hears of jobs.</summary>
    public bool HearOfJobs => !string.IsNullOrWhiteSpace(options.Value.ImageTopic);

    /// <param name="notification">What to tell.</param>
    /// <param name="jobId">The job: its notifications keep their order on a FIFO topic.</param>
    /// <param name="repetition">By which a FIFO topic knows that it was told before.</param>
    /// <param name="cancellationToken">Ends the call; it may be published all the same.</param>
    /// <exception cref="AmazonServiceException">There is no such topic, or it is not ours to publish to.</exception>
    /// <exception cref="HttpRequestException">SNS can't be reached.</exception>
    public async Task PublishAsync(StatusNotification notification, Guid jobId, string repetition, CancellationToken cancellationToken)
    {
        if ((notification.OfRegion ? options.Value.RegionTopic : options.Value.ImageTopic) is not { Length: > 0 } topic)
            return;
        var ordered = topic.EndsWith(".fifo", StringComparison.Ordinal);
        try
        {
            // Asked for here and not before: who tells nobody needs no region and no credentials.
            await services.GetRequiredService<ISnsClient>().PublishAsync(
                topic, notification.Message, notification.Attributes, ordered ? jobId.ToString() : null, ordered ? repetition : null, cancellationToken);
            metrics.Notification(notification.Status);
        }
        catch (AmazonServiceException refused) when (IsAboutTheMessage(refused))
        {
            // No other try would be taken, and all that comes after it would wait for ever.
            metrics.Notification("refused");
            logger.LogError("{Topic} refuses '{Notification}', which is left out: {Reason}", topic, notification.Message, refused.Message);
        }
    }

    // An invalid topic is a setting to mend: the messages wait for it.
    private static bool IsAboutTheMessage(AmazonServiceException refused) =>
        refused.ErrorCode is "InvalidParameter" or "InvalidParameterValue" or "ParameterValueInvalid"
        && !refused.Message.Contains("TopicArn", StringComparison.OrdinalIgnoreCase);
}
