using System.Net;

namespace Swath.Access.Network;

/// <summary>
/// Hosts that may be spoken to: <c>host</c> (at its scheme's own port), <c>host:port</c>, <c>host:*</c> (at every port), <c>*.example.com</c> (every host
/// below it), <c>*</c> (every host and port). A host may be a name or an address, an IPv6 address in brackets.
/// </summary>
/// <param name="entries">The list.</param>
/// <param name="internalAddresses">Whether names in it may have loopback, link-local or private addresses.</param>
/// <param name="namedAddresses">Whether an address, or localhost, that stands in it itself needs no such permission.</param>
public sealed class HostList(IEnumerable<string> entries, bool internalAddresses, bool namedAddresses)
{
    private readonly string[] _entries = [.. entries];

    /// <summary>Whether an address may be spoken to, as far as its name tells.</summary>
    public HostVerdict Judge(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var verdict = HostVerdict.Refused;
        foreach (var entry in _entries)
        {
            if (!Matches(entry, address, out var host))
                continue;
            if (internalAddresses || (namedAddresses && IsAddress(host)))
                return HostVerdict.AnyAddress;
            verdict = HostVerdict.PublicAddresses;
        }

        return verdict;
    }

    private static bool Matches(string entry, Uri address, out string host)
    {
        host = entry;
        if (entry == "*")
            return true;

        // The colons of an IPv6 address stand in brackets.
        var colon = entry.LastIndexOf(':');
        if (colon > entry.LastIndexOf(']'))
        {
            var port = entry.AsSpan(colon + 1);
            if (port is not "*" && !(int.TryParse(port, out var number) && number == address.Port))
                return false;
            host = entry[..colon];
        }
        else if (!address.IsDefaultPort)
        {
            return false;
        }

        return host.StartsWith("*.", StringComparison.Ordinal)
            ? address.IdnHost.EndsWith(host[1..], StringComparison.OrdinalIgnoreCase) && address.IdnHost.Length > host.Length - 1
            : address.IdnHost.Equals(host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase) || address.Host.Equals(host, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsAddress(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host.Trim('[', ']'), out _);
}
