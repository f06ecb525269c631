namespace Swath.Worker.Features;

/// <summary>A feature that can't be a part of the result; the message says why. The others of its tile can.</summary>
public sealed class UnusableFeatureException(string message) : Exception(message);
