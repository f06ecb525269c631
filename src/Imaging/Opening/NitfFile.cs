using System.Globalization;
using Swath.Imaging.Native;
using TextEncoding = System.Text.Encoding;

namespace Swath.Imaging.Opening;

/// <summary>
/// What a NITF 2.0 or 2.1 says of its segments (MIL-STD-2500C, tables ), read by hand: GDAL opens one image at a time and hides the
/// data extensions. Nothing of it is trusted: a field that is no number ends the reading.
/// </summary>
/// <param name="Images">The image segments in their order, which is GDAL's numbering of them from 0.</param>
/// <param name="Extensions">Offset and length of each data extension segment, its subheader included.</param>
internal sealed record NitfFile(IReadOnlyList<NitfImage> Images, IReadOnlyList<(long Offset, long SubheaderLength, long Length)> Extensions)
{
    private const int SecurityLength = 167, OldSecurityLength = 161, OldDowngradeEvent = 40;

    /// <summary>Null when the file is no NITF, or one that can't be understood.</summary>
    public static NitfFile? Of(string resolved)
    {
        using var file = VirtualFile.Open(resolved);
        if (file is null)
            return null;
        try
        {
            return Read(file);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static NitfFile? Read(VirtualFile file)
    {
        var version = new Fields(Bytes(file, 0, 9)).Text(9);
        if (version is not ("NITF02.10" or "NSIF01.00" or "NITF02.00"))
            return null;
        var old = version == "NITF02.00";
        var beginning = new Fields(Bytes(file, 0, (int)Math.Min(1024, file.Length)));
        SkipFileSecurity(beginning, old);
        beginning.Skip(12);
        var header = new Fields(Bytes(file, 0, beginning.Number(6))) { Position = beginning.Position };
        long offset = header.Length;
        var images = Segments(header, 6, 10, ref offset);
        _ = Segments(header, 4, 6, ref offset);
        _ = old ? Segments(header, 4, 3, ref offset) : Segments(header, 0, 0, ref offset);
        _ = Segments(header, 4, 5, ref offset);
        var extensions = Segments(header, 4, 9, ref offset);
        return new NitfFile([.. images.Select((image, index) => Image(Bytes(file, image.Offset, (int)image.SubheaderLength), index, old))], extensions);
    }

    // FHDR, CLEVEL, STYPE, OSTAID, FDT, FTITLE; security; FSCOP, FSCPYS, ENCRYP; FBKGC and ONAME, or the longer ONAME; OPHONE.
    private static void SkipFileSecurity(Fields fields, bool old)
    {
        fields.Skip(119);
        SkipSecurity(fields, old);
        fields.Skip(5 + 5 + 1 + 27 + 18);
    }

    private static void SkipSecurity(Fields fields, bool old)
    {
        if (!old)
        {
            fields.Skip(SecurityLength);
            return;
        }

        fields.Skip(OldSecurityLength);
        if (fields.Text(6) == "999998")
            fields.Skip(OldDowngradeEvent);
    }

    private static List<(long Offset, long SubheaderLength, long Length)> Segments(Fields header, int subheaderDigits, int lengthDigits, ref long offset)
    {
        List<(long, long, long)> segments = [];
        var count = header.Number(3);
        for (var i = 0; i < count && subheaderDigits > 0; i++)
        {
            long subheader = header.Number(subheaderDigits), length = header.LongNumber(lengthDigits);
            segments.Add((offset, subheader, subheader + length));
            offset += subheader + length;
        }

        return segments;
    }

    private static NitfImage Image(byte[] subheader, int index, bool old)
    {
        var fields = new Fields(subheader);
        fields.Skip(2 + 10 + 14 + 17 + 80);
        SkipSecurity(fields, old);
        fields.Skip(1 + 42);
        int rows = fields.Number(8), columns = fields.Number(8);
        var samples = fields.Text(3).Trim();
        var representation = fields.Text(8).Trim();
        fields.Skip(8);
        var bits = fields.Number(2);
        fields.Skip(1);
        if (fields.Text(1) != (old ? "N" : " "))
            fields.Skip(60);
        fields.Skip(80 * fields.Number(1));
        if (fields.Text(2) is not ("NC" or "NM"))
            fields.Skip(4);
        var bands = fields.Number(1);
        if (bands == 0 && !old)
            bands = fields.Number(5);
        for (var band = 0; band < bands; band++)
        {
            fields.Skip(2 + 6 + 1 + 3);
            var tables = fields.Number(1);
            if (tables > 0)
                fields.Skip(tables * fields.Number(5));
        }

        fields.Skip(1 + 1 + (4 * 4) + 2);
        return new NitfImage(index, columns, rows, $"{samples} {bits} bits, {bands} bands, {representation}",
            fields.Number(3), fields.Number(3), Y: fields.Number(5), X: fields.Number(5));
    }

    private static byte[] Bytes(VirtualFile file, long offset, int length)
    {
        if (length <= 0 || offset > file.Length - length)
            throw new FormatException("The file is shorter than its header says.");
        var bytes = new byte[length];
        return file.TryRead((ulong)offset, bytes) ? bytes : throw new FormatException("The file can't be read.");
    }

    /// <summary>Fields of fixed length, one after another.</summary>
    private sealed class Fields(byte[] bytes)
    {
        public int Position { get; set; }

        public int Length => bytes.Length;

        public string Text(int length)
        {
            var start = Position;
            Skip(length);
            return TextEncoding.Latin1.GetString(bytes, start, length);
        }

        public int Number(int digits) => checked((int)LongNumber(digits));

        public long LongNumber(int digits) =>
            long.TryParse(Text(digits), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number > int.MinValue
                ? number
                : throw new FormatException("A field is no number.");

        public void Skip(int length)
        {
            if (length < 0 || length > bytes.Length - Position)
                throw new FormatException("A header is shorter than its fields.");
            Position += length;
        }
    }
}
