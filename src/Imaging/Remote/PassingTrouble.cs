namespace Swath.Imaging.Remote;

/// <summary>A request failed for a reason that passes: it is repeated.</summary>
/// <param name="detail">What the server or the network said.</param>
/// <param name="retryAfter">How long the server asks to wait; null when it doesn't.</param>
/// <param name="inner">What was caught.</param>
internal sealed class PassingTrouble(string detail, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(detail, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
