namespace Swath.Imaging;

/// <summary>What was seen of one band.</summary>
/// <param name="every">Which samples are kept: 1 all, 2 every second, ...; 0 none, for the range alone.</param>
internal sealed class BandSamples(int every)
{
    private readonly List<double> _kept = [];
    private long _seen;
    private double _least = double.PositiveInfinity;
    private double _greatest = double.NegativeInfinity;

    /// <summary>The least and the greatest sample; (0, 0) when there was none.</summary>
    public (double Low, double High) Range => _seen == 0 ? (0, 0) : (_least, _greatest);

    public void Add(double sample)
    {
        _least = Math.Min(_least, sample);
        _greatest = Math.Max(_greatest, sample);
        if (every > 0 && _seen % every == 0)
            _kept.Add(sample);
        _seen++;
    }

    /// <summary>The samples below which these parts of all lie.</summary>
    public (double Low, double High) Between(double low, double high)
    {
        if (_kept.Count == 0)
            return (0, 0);
        _kept.Sort();
        return (_kept[(int)(low * (_kept.Count - 1))], _kept[(int)Math.Ceiling(high * (_kept.Count - 1))]);
    }
}
