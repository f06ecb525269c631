namespace Swath.Contracts;

/// <summary>A region that failed as a whole: nothing is known of its tiles but those that were finished before.</summary>
/// <param name="Window">The region in pixels of the whole image.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record FailedRegion(PixelWindow Window, string Reason);
