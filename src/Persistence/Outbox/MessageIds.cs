using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Swath.Persistence.Outbox;

/// <summary>Ids that a message has whenever and wherever it is made: of the same event, the same message.</summary>
internal static class MessageIds
{
    /// <summary>The id of a message that a job sends.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="cause">The message that it accepted.</param>
    /// <param name="place">Its place among those that are sent for it.</param>
    public static Guid Of(Guid jobId, Guid cause, int place)
    {
        Span<byte> name = stackalloc byte[36];
        jobId.TryWriteBytes(name);
        cause.TryWriteBytes(name[16..]);
        BinaryPrimitives.WriteInt32LittleEndian(name[32..], place);
        return Of(name);
    }

    /// <summary>The id of a command that a job asks again.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="version">Its last event.</param>
    /// <param name="place">Its place among those that it awaits.</param>
    public static Guid OfRepeat(Guid jobId, int version, int place)
    {
        Span<byte> name = stackalloc byte[24];
        jobId.TryWriteBytes(name);
        BinaryPrimitives.WriteInt32LittleEndian(name[16..], version);
        BinaryPrimitives.WriteInt32LittleEndian(name[20..], place);
        return Of(name);
    }

    private static Guid Of(ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);

        // Version 8 of RFC 9562: a hash of one's own choice.
        hash[7] = (byte)((hash[7] & 0x0f) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16]);
    }
}
