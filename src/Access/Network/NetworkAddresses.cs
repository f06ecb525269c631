using System.Net;
using System.Net.Sockets;

namespace Swath.Access.Network;

/// <summary>Tells the addresses of the public network from those that only this machine or its network can reach.</summary>
public static class NetworkAddresses
{
    // The registries of special addresses: https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-special-registry.
    private static readonly IPNetwork[] Internal =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("224.0.0.0/4"), IPNetwork.Parse("240.0.0.0/4"),
        IPNetwork.Parse("::/127"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("fec0::/10"), IPNetwork.Parse("ff00::/8"),
    ];

    // AWS, Azure, Google (169.254.169.254), AWS containers, Alibaba, Azure's host, Oracle.
    private static readonly IPAddress[] Metadata =
    [
        IPAddress.Parse("169.254.169.254"), IPAddress.Parse("169.254.170.2"), IPAddress.Parse("169.254.170.23"), IPAddress.Parse("fd00:ec2::254"),
        IPAddress.Parse("fd00:ec2::23"), IPAddress.Parse("100.100.100.200"), IPAddress.Parse("168.63.129.16"), IPAddress.Parse("192.0.0.192"),
    ];

    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>True for clouds' metadata services, which give away the machine's credentials.</summary>
    public static bool IsMetadata(IPAddress address) => Metadata.Contains(Plain(address));

    /// <summary>True for addresses that are not part of the public network.</summary>
    public static bool IsInternal(IPAddress address)
    {
        var plain = Plain(address);
        return Array.Exists(Internal, network => network.Contains(plain));
    }

    // An IPv4 address can hide in an IPv6 one: mapped (::ffff:0:0/96), compatible (::/96), translated (RFC 6052) or tunnelled (RFC 3056).
    private static IPAddress Plain(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        if (Translated.Contains(address) || (bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0 && bytes.AsSpan(12, 3).IndexOfAnyExcept((byte)0) >= 0))
            return new IPAddress(bytes.AsSpan(12, 4));
        return SixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4)) : new IPAddress(bytes);
    }
}
