using System.Runtime.InteropServices;

namespace Swath.Imaging;

/// <summary>
/// Brings the samples of each band to 8 bits, linearly between two values. Where the image has a value for "no sample", that becomes 0 and all
/// others 1..255. It never changes and may be shared by threads.
/// </summary>
public sealed class Stretch
{
    private readonly double[] _low;
    private readonly double[] _high;
    private readonly double? _noData;

    internal Stretch(double[] low, double[] high, double? noData)
    {
        _low = low;
        _high = high;
        _noData = noData;
    }

    /// <summary>The sample that becomes the least value, by band.</summary>
    public IReadOnlyList<double> Low => _low;

    /// <summary>The sample that becomes 255, by band.</summary>
    public IReadOnlyList<double> High => _high;

    internal bool HasNoData => _noData is not null;

    /// <summary>Samples of GDAL's type that can be stretched: real numbers.</summary>
    internal static bool CanRead(string sampleType) =>
        sampleType is "Byte" or "Int8" or "UInt16" or "Int16" or "UInt32" or "Int32" or "UInt64" or "Int64" or "Float32" or "Float64";

    /// <summary>Samples as numbers, whatever their type.</summary>
    internal static void ToNumbers(string sampleType, ReadOnlySpan<byte> samples, Span<double> numbers)
    {
        switch (sampleType)
        {
            case "Byte":
                for (var i = 0; i < numbers.Length; i++)
                    numbers[i] = samples[i];
                break;
            case "Int8":
                Convert<sbyte>(samples, numbers, value => value);
                break;
            case "UInt16":
                Convert<ushort>(samples, numbers, value => value);
                break;
            case "Int16":
                Convert<short>(samples, numbers, value => value);
                break;
            case "UInt32":
                Convert<uint>(samples, numbers, value => value);
                break;
            case "Int32":
                Convert<int>(samples, numbers, value => value);
                break;
            case "UInt64":
                Convert<ulong>(samples, numbers, value => value);
                break;
            case "Int64":
                Convert<long>(samples, numbers, value => value);
                break;
            case "Float32":
                Convert<float>(samples, numbers, value => value);
                break;
            case "Float64":
                Convert<double>(samples, numbers, value => value);
                break;
            default:
                throw new ArgumentException($"{sampleType} samples are no real numbers.", nameof(sampleType));
        }
    }

    /// <summary>Whether a number is a sample at all.</summary>
    internal bool IsSample(double number) => IsSample(number, _noData);

    internal static bool IsSample(double number, double? noData) => double.IsFinite(number) && number != noData;

    /// <summary>Stretches the numbers of one band.</summary>
    internal void Apply(int band, ReadOnlySpan<double> numbers, Span<byte> target, int start, int step)
    {
        double low = _low[band], width = _high[band] - low;
        double least = HasNoData ? 1 : 0, span = 255 - least;
        for (var i = 0; i < numbers.Length; i++)
        {
            var number = numbers[i];
            byte value = 0;
            if (IsSample(number))
                value = (byte)(least + Math.Round(width > 0 ? Math.Clamp((number - low) / width, 0, 1) * span : number > low ? span : 0));
            else if (double.IsPositiveInfinity(number) && !HasNoData)
                value = 255;
            target[start + (i * step)] = value;
        }
    }

    private static void Convert<T>(ReadOnlySpan<byte> samples, Span<double> numbers, Func<T, double> convert)
        where T : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, T>(samples);
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = convert(values[i]);
    }
}
