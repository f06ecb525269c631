using System.Runtime.InteropServices;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>What the samples of an image mean beyond GDAL's type of them.</summary>
internal sealed class SampleMeaning
{
    /// <summary>What signed bytes are called, as by GDAL 3.7 and later; older ones call them bytes.</summary>
    public const string SignedByte = "Int8";

    private readonly ulong _flip;
    private readonly int _bits;

    private SampleMeaning(int type, string typeName, int bits, bool whiteIsZero)
    {
        Type = type;
        TypeName = typeName;
        _bits = bits;
        WhiteIsZero = whiteIsZero;
        IsSigned = typeName.StartsWith("Int", StringComparison.Ordinal);
        if (!whiteIsZero || !IsInteger)
            return;
        var size = Gdal.GDALGetDataTypeSizeBytes(type);
        var one = IsSigned || bits >= 64 ? ulong.MaxValue : (1UL << bits) - 1;
        for (var i = 0; i < 8; i += size)
            _flip |= size == 8 ? one : (one & ((1UL << (8 * size)) - 1)) << (8 * i);
    }

    /// <summary>GDAL's type, in which samples are read.</summary>
    public int Type { get; }

    /// <summary>The type's name: GDAL's, but <see cref="SignedByte"/> for signed bytes in every release.</summary>
    public string TypeName { get; }

    /// <summary>TIFF's PhotometricInterpretation 0: the least sample is white, the greatest black.</summary>
    public bool WhiteIsZero { get; }

    /// <summary>True when the gray band is turned on reading, so that black is zero.</summary>
    public bool IsTurned => _flip != 0;

    private bool IsSigned { get; }

    private bool IsInteger => IsSigned || TypeName is "Byte" || TypeName.StartsWith("UInt", StringComparison.Ordinal);

    public static unsafe SampleMeaning Of(DatasetHandle dataset, Palette? palette)
    {
        var type = ImageOpening.SampleType(dataset);
        var name = Gdal.Text(Gdal.GDALGetDataTypeName(type))!;
        var band = Gdal.GDALGetRasterBand(dataset, 1);

        // Before 3.7, GDAL has no type for them, and of a NITF it says nothing but the header's own word (MIL-STD-2500C, PVTYPE).
        if (type == Gdal.Byte && (Gdal.Text(Gdal.GDALGetBandMetadataItem(band, "PIXELTYPE", "IMAGE_STRUCTURE")) == "SIGNEDBYTE"
            || Gdal.Text(Gdal.GDALGetMetadataItem(dataset, "NITF_PVTYPE", null)) == "SI"))
            name = SignedByte;
        var bits = int.TryParse(Gdal.Text(Gdal.GDALGetBandMetadataItem(band, "NBITS", "IMAGE_STRUCTURE")), out var said) && said > 0
            ? said
            : 8 * Gdal.GDALGetDataTypeSizeBytes(type);

        // A palette says itself which of its colours is white.
        var white = palette is null && Gdal.Text(Gdal.GDALGetMetadataItem(dataset, "MINISWHITE", "IMAGE_STRUCTURE")) == "YES";
        return new SampleMeaning(type, name, bits, white);
    }

    /// <summary>Refuses signed bytes in JPEG 2000, of which GDAL makes unsigned ones: everything below 0 would be 0.</summary>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.InvalidRequest"/>.</exception>
    public static unsafe void Check(string given, string resolved, DatasetHandle dataset, SampleMeaning meaning)
    {
        var driver = Gdal.Text(Gdal.GDALGetDriverShortName(Gdal.GDALGetDatasetDriver(dataset)));
        var compressed = Gdal.Text(Gdal.GDALGetMetadataItem(dataset, "NITF_IC", null)) is "C8" or "M8";
        var signed = meaning.TypeName == SignedByte ? compressed : meaning.Type == Gdal.Byte && driver == "JP2OpenJPEG" && JpegCodestream.IsSigned(resolved);
        if (signed)
        {
            throw new ImageException(ImageErrorKind.InvalidRequest, given,
                "signed 8-bit samples in JPEG 2000 are not read (GDAL cuts off what is below 0): convert the image to 16 bits or to another format");
        }
    }

    /// <summary>Turns the samples of the gray band: 0 becomes the greatest value of its bits, and the reverse; signed ones likewise.</summary>
    /// <param name="samples">Samples of all bands as they were read, <paramref name="bands"/> of them interleaved, or band after band.</param>
    /// <param name="bands">How many bands there are; the gray one is the first.</param>
    /// <param name="order">How they lie.</param>
    public void Turn(Span<byte> samples, int bands, SampleOrder order)
    {
        var size = Gdal.GDALGetDataTypeSizeBytes(Type);
        if (order == SampleOrder.PixelInterleaved && bands > 1)
        {
            Span<byte> flip = stackalloc byte[8];
            BitConverter.TryWriteBytes(flip, _flip);
            for (var pixel = 0; pixel < samples.Length; pixel += bands * size)
            {
                for (var i = 0; i < size; i++)
                    samples[pixel + i] ^= flip[i];
            }

            return;
        }

        var gray = samples[..(samples.Length / bands)];
        var words = MemoryMarshal.Cast<byte, ulong>(gray);
        for (var i = 0; i < words.Length; i++)
            words[i] ^= _flip;
        var rest = 8 * words.Length;
        for (var i = rest; i < gray.Length; i++)
            gray[i] ^= (byte)(_flip >> (8 * (i - rest)));
    }

    /// <summary>What a value of the gray band becomes; one that the samples can't have stays.</summary>
    public double Turned(double value)
    {
        if (!IsTurned)
            return value;
        if (IsSigned)
            return -1 - value;
        var most = Math.Pow(2, _bits) - 1;
        return value >= 0 && value <= most ? most - value : value;
    }

    /// <summary>The value that means "no sample" in every band, as it is after reading; null when there is none, or bands differ in it. An alpha band doesn't count: its values are no picture, and it is not turned.</summary>
    public double? NoDataOf(DatasetHandle dataset)
    {
        double? common = null;
        for (var band = 1; band <= Gdal.GDALGetRasterCount(dataset); band++)
        {
            var handle = Gdal.GDALGetRasterBand(dataset, band);
            if (Gdal.GDALGetRasterColorInterpretation(handle) == Gdal.AlphaInterpretation)
                continue;
            var value = Gdal.GDALGetRasterNoDataValue(handle, out var present);
            var meant = band == 1 ? Turned(value) : value;
            if (present == 0 || (common is { } other && !other.Equals(meant)))
                return null;
            common = meant;
        }

        return common;
    }
}
