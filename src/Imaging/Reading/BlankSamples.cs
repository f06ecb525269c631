namespace Swath.Imaging.Reading;

/// <summary>Whether samples show nothing.</summary>
internal static class BlankSamples
{
    /// <param name="samples">Band after band, each of the same length.</param>
    /// <param name="bands">How many, 1 or more.</param>
    /// <param name="sampleBytes">Bytes of one sample.</param>
    /// <param name="isAlpha">Whether a band, counted from 1, says how opaque a pixel is.</param>
    /// <returns>True when each band has one value only, or an alpha band says that all is transparent.</returns>
    public static bool Are(ReadOnlySpan<byte> samples, int bands, int sampleBytes, Func<int, bool> isAlpha)
    {
        var (length, constant) = (samples.Length / bands, true);
        for (var band = 0; band < bands; band++)
        {
            var values = samples.Slice(band * length, length);
            if (isAlpha(band + 1) && !values.ContainsAnyExcept((byte)0))
                return true;
            constant &= values[sampleBytes..].SequenceEqual(values[..^sampleBytes]);
        }

        return constant;
    }
}
