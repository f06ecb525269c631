using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>What the codestream of a JPEG 2000 file says (ITU-T T.800, annex A.5.1) and GDAL doesn't.</summary>
internal static class JpegCodestream
{
    // The boxes before the codestream are small, but for those of metadata: a codestream behind them is not looked for.
    private const int LookedAt = 1 << 16;
    private const int ComponentsAt = 2 + 2 + 2 + 32 + 2;

    /// <summary>True when the first component has signed samples; false too when no codestream begins near the file's beginning.</summary>
    public static bool IsSigned(string resolved)
    {
        using var file = VirtualFile.Open(resolved);
        if (file is null)
            return false;
        var head = new byte[Math.Min(LookedAt, file.Length)];
        if (!file.TryRead(0, head))
            return false;

        // Start of codestream, then the size marker: the sample's sign is the first bit behind the number of components.
        var start = head.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]);
        return start >= 0 && start + 2 + ComponentsAt < head.Length && (head[start + 2 + ComponentsAt] & 0x80) != 0;
    }
}
