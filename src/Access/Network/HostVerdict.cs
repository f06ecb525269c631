namespace Swath.Access.Network;

/// <summary>What a list of hosts says of an address.</summary>
public enum HostVerdict
{
    /// <summary>It names another host.</summary>
    Refused,

    /// <summary>The host may be spoken to where its address is one of the public network.</summary>
    PublicAddresses,

    /// <summary>The host may be spoken to at any address but those of metadata services.</summary>
    AnyAddress,
}
