namespace Swath.Host.SampleModels.Detecting;

/// <summary>Sums over boxes in constant time: integral images of a count, a sum and a sum of squares.</summary>
internal sealed class BoxSums
{
    private readonly int _across;
    private readonly int _down;
    private readonly double[] _counts;
    private readonly double[] _sums;
    private readonly double[] _squares;

    public BoxSums(int across, int down, float[] counts, float[] sums, float[] squares)
    {
        (_across, _down) = (across, down);
        (_counts, _sums, _squares) = (Integrate(counts), Integrate(sums), Integrate(squares));
    }

    /// <summary>Calls with index, count, sum and sum of squares of the box around every cell, cut at the edges.</summary>
    public void ForEach(int reach, Action<int, double, double, double> use)
    {
        for (var y = 0; y < _down; y++)
        {
            int top = Math.Max(0, y - reach), bottom = Math.Min(_down, y + reach + 1);
            for (var x = 0; x < _across; x++)
            {
                int left = Math.Max(0, x - reach), right = Math.Min(_across, x + reach + 1);
                use((y * _across) + x, Box(_counts, left, top, right, bottom), Box(_sums, left, top, right, bottom), Box(_squares, left, top, right, bottom));
            }
        }
    }

    private double Box(double[] integral, int left, int top, int right, int bottom)
    {
        var stride = _across + 1;
        return integral[(bottom * stride) + right] - integral[(top * stride) + right] - integral[(bottom * stride) + left] + integral[(top * stride) + left];
    }

    private double[] Integrate(float[] values)
    {
        var stride = _across + 1;
        var integral = new double[stride * (_down + 1)];
        for (var y = 0; y < _down; y++)
        {
            double row = 0;
            for (var x = 0; x < _across; x++)
            {
                row += values[(y * _across) + x];
                integral[((y + 1) * stride) + x + 1] = integral[(y * stride) + x + 1] + row;
            }
        }

        return integral;
    }
}
