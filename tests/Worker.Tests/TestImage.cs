using Swath.Contracts;
using Swath.Imaging;

namespace Swath.Worker.Tests;

/// <summary>A small GeoTIFF in UTM zone 18 north in a folder of its own; it and the folder go when it is disposed.</summary>
internal sealed class TestImage : IDisposable
{
    private TestImage(string folder, string path, int size)
    {
        Folder = folder;
        Path = path;
        Size = size;
    }

    public string Folder { get; }

    public string Path { get; }

    public int Size { get; }

    public PixelWindow Window => new(0, 0, Size, Size);

    public static TestImage Create(int size = 300, int blockSize = 64, int blankRows = 0)
    {
        var folder = Directory.CreateTempSubdirectory("swath-worker-tests-").FullName;
        var path = System.IO.Path.Combine(folder, "scene.tif");
        using var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(size, size, 1, 32618, 500_000, 4_500_000, 0.5, blockSize));
        for (var row = 0; writer.RowsInNext > 0;)
        {
            var (rows, pixels) = (writer.RowsInNext, new byte[size * writer.RowsInNext]);
            for (var i = 0; i < pixels.Length; i++)
                pixels[i] = row + (i / size) < blankRows ? (byte)7 : (byte)(i * 31);
            row += rows;
            writer.WriteBlockRow(pixels);
        }

        return new TestImage(folder, path, size);
    }

    /// <summary>Longitude and latitude of a pixel position.</summary>
    public (double Longitude, double Latitude) Place(double x, double y)
    {
        using var file = ImageFile.Open(Path, ImagingLimits.Default);
        using var locator = ImageLocator.For(file)!;
        Assert.True(locator.TryLocate(x, y, out var longitude, out var latitude));
        return (longitude, latitude);
    }

    public string File(string name) => System.IO.Path.Combine(Folder, name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
