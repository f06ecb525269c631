namespace Swath.Access.Network;

/// <summary>A host has no address that may be connected to; the message says which setting would allow it.</summary>
public sealed class ForbiddenAddressException(string message) : Exception(message);
