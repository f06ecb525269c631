namespace Swath.Worker.Sinks.S3;

/// <summary>How much of a result is held in memory, and in what pieces it is sent.</summary>
/// <param name="BufferBytes">A result up to this size is one request; a larger one is sent in rounds of so much. A multiple of the other.</param>
/// <param name="PartBytes">One part of a multipart upload; S3 takes none below 5 MiB but the last.</param>
internal sealed record S3Sizes(int BufferBytes, int PartBytes)
{
    /// <summary>Multipart above 64 MiB; four parts of a round travel at once.</summary>
    public static S3Sizes Default { get; } = new(64 << 20, 16 << 20);
}
