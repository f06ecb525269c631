using System.Xml;
using System.Xml.Linq;
using Swath.Imaging.Locating;
using Swath.Imaging.Native;
using TextEncoding = System.Text.Encoding;

namespace Swath.Imaging.Opening;

/// <summary>Sensor models that a NITF carries and Swath does not compute with: named, so that nobody takes their image for one without a place.</summary>
internal static unsafe class SensorModels
{
    private const int LongestXml = 8 << 20;
    private const int SubheaderStart = 27;

    // Tagged record extensions: STDI-0002, appendices U (RSM), Z (SENSRB), E (SENSRA, CSEXRA).
    private static readonly (string Prefix, string Model)[] Extensions =
        [("RSM", "RSM"), ("SENSRB=", "SENSRB"), ("SENSRA=", "SENSRA"), ("CSEXRA=", "CSEXRA")];

    /// <summary>Their names, joined by a comma; null when there are none.</summary>
    public static string? Of(DatasetHandle dataset, string resolved)
    {
        if (ImageOpening.DriverOf(dataset) != "NITF")
            return null;
        var records = NativeStrings.Read(Gdal.GDALGetMetadata(dataset, "TRE"));
        var names = Extensions.Where(known => records.Exists(record => record.StartsWith(known.Prefix, StringComparison.Ordinal))).Select(known => known.Model)
            .Concat(OfData(resolved)).Distinct().ToList();
        return names.Count == 0 ? null : string.Join(", ", names);
    }

    /// <summary>What a SICD says of its collection; null when there is none that places can be computed with.</summary>
    public static SicdMetadata? SicdOf(DatasetHandle dataset, string resolved)
    {
        if (NitfFile.Of(resolved) is not { } nitf)
            return null;
        using var file = VirtualFile.Open(resolved);
        foreach (var (offset, subheaderLength, length) in nitf.Extensions)
        {
            if (file is null || RootOf(file, offset + subheaderLength, length - subheaderLength) != "SICD")
                continue;
            var xml = new byte[length - subheaderLength];
            if (!file.TryRead((ulong)(offset + subheaderLength), xml))
                return null;
            try
            {
                using var reader = XmlReader.Create(new MemoryStream(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
                var sicd = SicdMetadata.Of(XElement.Load(reader));
                return LocatesAll(new SicdProjection(sicd), sicd, Gdal.GDALGetRasterXSize(dataset), Gdal.GDALGetRasterYSize(dataset)) ? sicd : null;
            }
            catch (Exception unusable) when (unusable is XmlException or FormatException)
            {
                return null;
            }
        }

        return null;
    }

    private static bool LocatesAll(SicdProjection projection, SicdMetadata sicd, double width, double height)
    {
        foreach (var (x, y) in new[] { (0, 0), (width, 0), (width, height), (0, height), (width / 2, height / 2) })
        {
            if (!projection.TryLocate(x, y, sicd.CentreHeight, out _, out _))
                return false;
        }

        return true;
    }

    private static IEnumerable<string> OfData(string resolved)
    {
        if (NitfFile.Of(resolved) is not { Extensions.Count: > 0 } nitf)
            yield break;
        using var file = VirtualFile.Open(resolved);
        var start = new byte[SubheaderStart];
        foreach (var (offset, subheaderLength, length) in nitf.Extensions)
        {
            if (file is null || !file.TryRead((ulong)offset, start))
                continue;
            var name = TextEncoding.ASCII.GetString(start, 2, 25).Trim();
            if (name.StartsWith("CSSFAB", StringComparison.Ordinal) || name.StartsWith("CSATTB", StringComparison.Ordinal))
                yield return "GLAS/GFM";
            else if (name is "XML_DATA_CONTENT" or "SICD_XML" or "SIDD_XML" && RootOf(file, offset + subheaderLength, length - subheaderLength) is ("SICD" or "SIDD") and var root)
                yield return root;
        }
    }

    /// <summary>The local name of an XML document's first element; null when there is none.</summary>
    private static string? RootOf(VirtualFile file, long offset, long length)
    {
        if (length is <= 0 or > LongestXml)
            return null;
        var xml = new byte[Math.Min(length, 64 << 10)];
        if (!file.TryRead((ulong)offset, xml))
            return null;
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return reader.MoveToContent() == XmlNodeType.Element ? reader.LocalName : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
