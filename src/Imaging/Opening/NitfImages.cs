using System.Globalization;
using Swath.Imaging.Native;

namespace Swath.Imaging.Opening;

/// <summary>Where the pixels of a NITF's images lie: MIL-STD-2500C, table A-1, and its forerunner MIL-STD-2500A.</summary>
internal static class NitfImages
{
    // FSDWNG of NITF 2.0 has these digits when 40 more characters, FSDEVT, follow.
    private const long HeaderLength = 354, DownGrade = 280, DownGradeEvent = 40;
    private const string Named = "999998";

    /// <summary>Offset and length of each image segment's data; as many as the header holds and can be made out.</summary>
    public static IEnumerable<(long Offset, long Length)> Of(VirtualFile file)
    {
        // The header's length, the number of images, and for each image six digits (its subheader's length) and ten (its data's).
        var at = HeaderLength + (Text(file, 4, 5) == "02.00" && Text(file, DownGrade, 6) == Named ? DownGradeEvent : 0);
        if (Number(file, at, 6) is not { } headerLength || Number(file, at + 6, 3) is not { } count)
            yield break;
        var offset = headerLength;
        for (var image = 0; image < count; image++)
        {
            if (Number(file, at + 9 + (16 * image), 6) is not { } subheader || Number(file, at + 15 + (16 * image), 10) is not { } length)
                yield break;
            offset += subheader;
            yield return (offset, length);
            offset += length;
        }
    }

    private static long? Number(VirtualFile file, long at, int digits) =>
        long.TryParse(Text(file, at, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Text(VirtualFile file, long at, int length)
    {
        Span<byte> bytes = stackalloc byte[16];
        return file.TryRead((ulong)at, bytes[..length]) ? System.Text.Encoding.ASCII.GetString(bytes[..length]) : "";
    }
}
