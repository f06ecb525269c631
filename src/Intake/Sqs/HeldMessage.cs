using Microsoft.Extensions.Logging;
using Swath.Endpoints.Aws.Sqs;

namespace Swath.Intake.Sqs;

/// <summary>A message in hand: nobody else sees it until it is disposed, or for 12 hours, which is all that SQS allows.</summary>
internal sealed class HeldMessage : IAsyncDisposable
{
    // SQS counts from the receipt; some minutes are left to give it back.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(12) - TimeSpan.FromMinutes(10);

    private readonly CancellationTokenSource _released = new();
    private readonly CancellationTokenSource _tooLong;
    private readonly Task _extending;

    private HeldMessage(ISqsClient sqs, string queueUrl, SqsMessage message, TimeSpan visibility, TimeProvider time, ILogger logger)
    {
        _tooLong = new CancellationTokenSource(Longest, time);
        _extending = ExtendAsync(sqs, queueUrl, message, visibility, time, logger);
    }

    /// <summary>Cancelled when it has been held for too long: let go of it.</summary>
    public CancellationToken TooLong => _tooLong.Token;

    public static HeldMessage Hold(ISqsClient sqs, string queueUrl, SqsMessage message, TimeSpan visibility, TimeProvider time, ILogger logger) =>
        new(sqs, queueUrl, message, visibility, time, logger);

    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        await _extending;
        _released.Dispose();
        _tooLong.Dispose();
    }

    private async Task ExtendAsync(ISqsClient sqs, string queueUrl, SqsMessage message, TimeSpan visibility, TimeProvider time, ILogger logger)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_released.Token, _tooLong.Token);

        // Half-way, so that one failure leaves time for another try.
        using var timer = new PeriodicTimer(visibility / 2, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended.Token))
            {
                try
                {
                    await sqs.ChangeVisibilityAsync(queueUrl, message.ReceiptHandle, visibility, ended.Token);
                }
                catch (Exception failure) when (!ended.IsCancellationRequested)
                {
                    logger.LogWarning("Message {MessageId} could not be hidden for longer and may be handed out twice: {Reason}", message.MessageId, failure.Message);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Released, or held for too long.
        }
    }
}
