using System.Globalization;
using System.Text.Json;
using Swath.Contracts;
using Swath.Testing;

namespace Swath.Imaging.Tests;

/// <summary>What GDAL's own Python bindings and tools say of a file. The calling test is skipped where they are missing.</summary>
internal static class GdalOracle
{
    private const string Describe = """
        import hashlib, json, sys
        from osgeo import gdal
        gdal.UseExceptions()
        path, window = sys.argv[1], [int(v) for v in sys.argv[2:6]]
        dataset = gdal.Open(path)
        pixels = dataset.ReadRaster(*(window or [0, 0, dataset.RasterXSize, dataset.RasterYSize]))
        band = dataset.GetRasterBand(1)
        print(json.dumps({
            "Width": dataset.RasterXSize, "Height": dataset.RasterYSize, "Bands": dataset.RasterCount,
            "SampleType": gdal.GetDataTypeName(band.DataType), "Driver": dataset.GetDriver().ShortName,
            "Transform": dataset.GetGeoTransform(), "Projection": dataset.GetSpatialRef().ExportToWkt() if dataset.GetSpatialRef() else "",
            "Colors": [gdal.GetColorInterpretationName(dataset.GetRasterBand(b + 1).GetColorInterpretation()) for b in range(dataset.RasterCount)],
            "NoData": band.GetNoDataValue(), "Sha256": hashlib.sha256(pixels).hexdigest()}))
        """;

    private const string ReadValues = """
        import json, struct, sys
        from osgeo import gdal
        gdal.UseExceptions()
        dataset = gdal.Open(sys.argv[1])
        window = [int(v) for v in sys.argv[2:6]] or [0, 0, dataset.RasterXSize, dataset.RasterYSize]
        bands = []
        for number in range(1, dataset.RasterCount + 1):
            band = dataset.GetRasterBand(number)
            values = struct.unpack("=%dd" % (window[2] * window[3]), band.ReadRaster(*window, buf_type=gdal.GDT_Float64))
            signed = band.GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE") == "SIGNEDBYTE"
            bands.append([value - 256 if signed and value > 127 else value for value in values])
        print(json.dumps(bands))
        """;

    private static readonly Lazy<Task<bool>> Bindings = new(HasBindingsAsync);

    /// <summary>Debian's own interpreter has the bindings; another python3 may come first in PATH.</summary>
    private static string Python => File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    public sealed record Description(
        int Width, int Height, int Bands, string SampleType, string Driver, double[] Transform, string Projection, string[] Colors, double? NoData, string Sha256);

    public static async Task<Description> DescribeAsync(string path, PixelWindow? window = null)
    {
        await RequirePythonAsync();
        var json = await ExternalTool.RunAsync(Python, ["-c", Describe, path, .. Arguments(window)]);
        return JsonSerializer.Deserialize<Description>(json)!;
    }

    /// <summary>The samples of each band as numbers; signed bytes are below 0 where they are meant to be.</summary>
    public static async Task<double[][]> ValuesAsync(string path, PixelWindow? window = null)
    {
        await RequirePythonAsync();
        return JsonSerializer.Deserialize<double[][]>(await ExternalTool.RunAsync(Python, ["-c", ReadValues, path, .. Arguments(window)]))!;
    }

    /// <summary>Runs a script with GDAL's Python bindings: <c>sys.argv[1:]</c> are the arguments.</summary>
    public static async Task<string> RunAsync(string script, params string[] arguments)
    {
        await RequirePythonAsync();
        return await ExternalTool.RunAsync(Python, ["-c", script, .. arguments]);
    }

    /// <summary>Longitude and latitude of pixels, by the gdaltransform program.</summary>
    public static async Task<(double Longitude, double Latitude)[]> LocateAsync(string path, IEnumerable<(double X, double Y)> pixels, params string[] options)
    {
        var input = string.Join('\n', pixels.Select(pixel => string.Create(CultureInfo.InvariantCulture, $"{pixel.X:R} {pixel.Y:R}")));
        var output = await ExternalTool.RunAsync("gdaltransform", ["-t_srs", "EPSG:4326", "-output_xy", .. options, path], input + "\n");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .Select(parts => (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture)))];
    }

    private static string[] Arguments(PixelWindow? window) => window is { } w
        ? [.. new[] { w.X, w.Y, w.Width, w.Height }.Select(value => value.ToString(CultureInfo.InvariantCulture))]
        : [];

    private static async Task RequirePythonAsync()
    {
        Skip.IfNot(ExternalTool.IsInstalled(Python), "python3 is not installed.");
        Skip.IfNot(await Bindings.Value, "GDAL's Python bindings are not installed (Debian: apt-get install python3-gdal).");
    }

    private static async Task<bool> HasBindingsAsync()
    {
        try
        {
            await ExternalTool.RunAsync(Python, ["-c", "import osgeo.gdal"]);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
