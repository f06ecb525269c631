using System.Security.Cryptography;
using System.Text;

namespace Swath.Contracts;

/// <summary>Upstream systems name their jobs as they like; Swath knows jobs by UUIDs, and makes them of those names.</summary>
public static class ExternalIds
{
    private const int UuidBytes = 16;

    /// <summary>Of all UUIDs that are made from names of jobs: <c>uuid.uuid5(uuid.UUID('...'), name)</c> in Python gives the same.</summary>
    public static Guid Namespace { get; } = new("7d3c8f7a-94f7-5a60-9f4e-2f6f0f3c1b55");

    /// <summary>The UUID of the job that upstream calls so: the name itself where it is a UUID in its usual form.</summary>
    public static Guid JobIdOf(string externalId) =>
        Guid.TryParseExact(externalId, "D", out var id) ? id : JobIdOf(Encoding.UTF8.GetBytes(externalId));

    /// <summary>RFC 9562 section 5.5: version 5, of a namespace and a name.</summary>
    public static Guid JobIdOf(ReadOnlySpan<byte> name)
    {
        Span<byte> input = new byte[UuidBytes + name.Length];
        Namespace.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input[UuidBytes..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // The RFC's own choice; nothing depends on nobody finding a collision.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..UuidBytes], bigEndian: true);
    }
}
