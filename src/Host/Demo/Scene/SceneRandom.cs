namespace Swath.Host.Demo.Scene;

/// <summary>SplitMix64: the same scene on every machine and every runtime.</summary>
internal sealed class SceneRandom(ulong seed)
{
    private ulong _state = seed;

    public double Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    public double Between(double low, double high) => low + ((high - low) * Next());

    public int Below(int limit) => (int)(Next() * limit);

    public T Pick<T>(ReadOnlySpan<T> choices) => choices[Below(choices.Length)];
}
