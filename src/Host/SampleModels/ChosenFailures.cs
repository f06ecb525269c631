namespace Swath.Host.SampleModels;

/// <summary>Which requests of a model fail on purpose: chosen as by chance, and the same ones for the same seed.</summary>
internal static class ChosenFailures
{
    /// <param name="seed">Another seed, other requests.</param>
    /// <param name="request">The request's number, from 0.</param>
    /// <param name="rate">The part that fails, 0..1.</param>
    public static bool Fails(int seed, int request, double rate)
    {
        // SplitMix64 (Steele, Lea and Flood 2014, https://doi.org/10.1145/2660193.2660195): neighbouring numbers become unrelated ones.
        var mixed = (((ulong)(uint)seed << 32) | (uint)request) + 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        mixed ^= mixed >> 31;
        return (mixed >> 11) / (double)(1UL << 53) < rate;
    }
}
