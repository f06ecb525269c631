using Swath.Contracts;

namespace Swath.Host.Composition;

/// <summary>
/// Earlier releases published the saga's messages by their type. What they stored and did not deliver is sent where those messages go now: the
/// saga's queue is bound to no type any more.
/// </summary>
internal static class StoredAddress
{
    private const string Published = $"urn:message:{nameof(Swath)}.{nameof(Contracts)}:";

    /// <summary>Where a stored message goes that was meant for an address.</summary>
    public static Uri Of(Uri address) => address.ToString().StartsWith(Published, StringComparison.Ordinal) ? Queues.ImageJob : address;
}
