namespace Swath.Imaging.Native;

/// <summary>
/// What libjpeg only warns of. GDAL reports a decoder's first warning and no later one, so that a warning that costs no pixel hides those that do.
/// </summary>
internal static class JpegWarning
{
    // Messages of libjpeg's jerror.h, the same since 1991. Of each one the decoder goes on with grey or shifted pixels.
    private static readonly string[] CostPixels =
    [
        "Premature end of JPEG file",
        "premature end of data segment",
        "bad Huffman code",
        "bad arithmetic code",
        "instead of RST",
        "Inconsistent progression sequence",
    ];

    private static readonly string[] Harmless =
    [
        "extraneous bytes before marker",
        "unknown JFIF revision number",
        "Unknown Adobe color transform code",
        "Invalid SOS parameters for sequential JPEG",
    ];

    /// <summary>True when pixels are wrong from here on.</summary>
    public static bool IsDamage(string warning) =>
        Array.Exists(CostPixels, text => warning.Contains(text, StringComparison.Ordinal)) || IsLostRestart(warning);

    /// <summary>True when it is about bytes beside the pixels.</summary>
    public static bool IsHarmless(string warning) =>
        !IsDamage(warning) && Array.Exists(Harmless, text => warning.Contains(text, StringComparison.Ordinal));

    // Bytes that are left over before a restart marker (D0 to D7) belonged to pixels.
    private static bool IsLostRestart(string warning) => warning.Contains("extraneous bytes before marker 0xd", StringComparison.Ordinal)
        && warning[(warning.LastIndexOf("0xd", StringComparison.Ordinal) + 3)..] is [>= '0' and <= '7', ..];
}
