using Swath.Imaging;

namespace Swath.Host.Demo;

/// <summary>Writes the scene as a tiled GeoTIFF, some rows of blocks at a time, drawn by all processors.</summary>
internal static class SceneFile
{
    private const int BlockSize = 512;

    /// <param name="scene">What is drawn.</param>
    /// <param name="path">The file; replaced when it is there.</param>
    /// <param name="rowsDone">Called with the rows that are written.</param>
    public static void Write(HarbourScene scene, string path, Action<int>? rowsDone = null)
    {
        var layout = new GeoTiffLayout(
            HarbourScene.Size, HarbourScene.Size, 3, HarbourScene.EpsgCode, HarbourScene.OriginX, HarbourScene.OriginY, HarbourScene.PixelSize, BlockSize);
        // Half a file must not be taken for a scene when the process ends here.
        var unfinished = path + ".part";
        using (var writer = GeoTiffWriter.Create(unfinished, layout))
        {
            var rows = new byte[BlockSize * HarbourScene.Size * 3];
            while (writer.RowsInNext > 0)
            {
                var (first, count) = (writer.NextRow, writer.RowsInNext);
                const int part = 64;
                Parallel.For(0, (count + part - 1) / part, i =>
                {
                    var height = Math.Min(part, count - (i * part));
                    scene.Render(first + (i * part), rows.AsSpan(i * part * HarbourScene.Size * 3, height * HarbourScene.Size * 3));
                });
                writer.WriteBlockRow(rows.AsSpan(0, count * HarbourScene.Size * 3));
                rowsDone?.Invoke(first + count);
            }
        }

        File.Move(unfinished, path, overwrite: true);
    }
}
