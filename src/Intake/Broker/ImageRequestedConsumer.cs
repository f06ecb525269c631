using MassTransit;
using Microsoft.Extensions.Logging;
using Swath.Contracts;
using Swath.Intake.Submitting;

namespace Swath.Intake.Broker;

/// <summary>
/// Where the public exchange of <see cref="ImageRequested"/> ends: a request that upstream systems publish comes to the door, and only from there
/// to the saga. One that can't be a job fails its job with the reason, where it has an id to fail; else its message goes to the fault queue.
/// </summary>
internal sealed class ImageRequestedConsumer(Submission submission, UnknownMemberLog unknown, ILogger<ImageRequestedConsumer> logger) : IConsumer<ImageRequested>
{
    public async Task Consume(ConsumeContext<ImageRequested> context)
    {
        var request = context.Message;
        unknown.Note(context, WayIn.Broker);
        var outcome = await submission.SubmitAsync(request, WayIn.Broker, cancellationToken: context.CancellationToken);
        if (outcome is SubmissionOutcome.Refused refused)
            outcome = await RefuseAsync(request, refused, context.CancellationToken);
        if (outcome is SubmissionOutcome.Conflict conflict)
            throw new RequestRefusedException(conflict.Reason);
    }

    private Task<SubmissionOutcome> RefuseAsync(ImageRequested request, SubmissionOutcome.Refused refused, CancellationToken cancellationToken)
    {
        var reason = string.Join(' ', refused.Problems);
        if (request.JobId == Guid.Empty)
            throw new RequestRefusedException(reason);
        logger.LogWarning("Job {JobId} is refused: {Reason}", request.JobId, reason);
        return submission.StoreRefusedAsync(request, WayIn.Broker, reason, cancellationToken);
    }
}
