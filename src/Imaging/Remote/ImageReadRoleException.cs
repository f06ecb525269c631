namespace Swath.Imaging.Remote;

/// <summary>A role can't be taken on.</summary>
/// <param name="message">Which, why, and what to change.</param>
/// <param name="passing">True when asking again later may help.</param>
/// <param name="inner">What was caught.</param>
public sealed class ImageReadRoleException(string message, bool passing, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True when asking again later may help.</summary>
    public bool IsPassing { get; } = passing;
}
