using System.Threading.Channels;
using Swath.Contracts;
using Swath.Imaging;

namespace Swath.Worker.Regions;

/// <summary>The first stage: reads and encodes a contiguous run of tiles through an image handle of its own.</summary>
internal sealed class TileReader(ProcessRegion work, Stretch? stretch, Func<ImageFile> open, ReadingProgress progress, TimeProvider clock)
{
    /// <exception cref="ImageException">The image can't be opened, or can't be cut into such tiles at all.</exception>
    public Task ReadAsync(
        IReadOnlyList<PixelWindow> run, ChannelWriter<EncodedTile> encoded, ChannelWriter<TileOutcome> outcomes, CancellationToken drain, CancellationToken stop) =>
        Task.Run(() => ReadOnPoolAsync(run, encoded, outcomes, drain, stop), stop);

    private async Task ReadOnPoolAsync(
        IReadOnlyList<PixelWindow> run, ChannelWriter<EncodedTile> encoded, ChannelWriter<TileOutcome> outcomes, CancellationToken drain, CancellationToken stop)
    {
        using var cutter = new TileCutter(OpenStretched, work.Tile.Format, work.Tile.Compression);
        var unreadable = 0;
        foreach (var window in run)
        {
            // Room first: a reader that waits holds no tile.
            if (!await encoded.WaitToWriteAsync(stop) || drain.IsCancellationRequested)
                return;
            stop.ThrowIfCancellationRequested();
            TileOutcome? ended = null;
            var tile = progress.IsGivenUp(unreadable) ? null : Cut(cutter, window, out ended);
            unreadable = tile is not null || ended is { Failure: null } ? 0 : unreadable + 1;
            if (tile is null)
                await outcomes.WriteAsync(ended ?? TileOutcome.Failed(window, progress.Reason), stop);
            else
                await SendAsync(tile, encoded, stop);
        }
    }

    private ImageFile OpenStretched()
    {
        var image = open();
        image.Apply(stretch);
        return image;
    }

    private EncodedTile? Cut(TileCutter cutter, PixelWindow window, out TileOutcome? ended)
    {
        var started = clock.GetTimestamp();
        try
        {
            ended = null;
            if (work.Tile.SkipBlank && cutter.IsBlank(window))
            {
                WorkerDiagnostics.Tiles.Add(1, new KeyValuePair<string, object?>("outcome", "skipped"));
                ended = TileOutcome.Blank(window);
                progress.Read();
                return null;
            }

            var tile = cutter.Cut(window);
            progress.Read();
            WorkerDiagnostics.CutSeconds.Record(clock.GetElapsedTime(started).TotalSeconds);
            return tile;
        }
        catch (ImageException e) when (e.Kind is ImageErrorKind.ReadFailed or ImageErrorKind.EncodeFailed)
        {
            WorkerDiagnostics.Tiles.Add(1, new KeyValuePair<string, object?>("outcome", "unreadable"));
            ended = TileOutcome.Failed(window, e.Message);
            if (e.Kind == ImageErrorKind.ReadFailed)
                progress.Failed(e.Detail);
            return null;
        }
    }

    private static async Task SendAsync(EncodedTile tile, ChannelWriter<EncodedTile> encoded, CancellationToken stop)
    {
        var sent = false;
        try
        {
            await encoded.WriteAsync(tile, stop);
            sent = true;
        }
        finally
        {
            if (!sent)
                tile.Dispose();
        }
    }
}
