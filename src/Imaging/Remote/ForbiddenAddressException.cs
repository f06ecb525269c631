namespace Swath.Imaging.Remote;

/// <summary>A host has no address to which images may lead.</summary>
internal sealed class ForbiddenAddressException(string message) : Exception(message);
