using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Access;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Imaging;

namespace Swath.Worker.Regions;

/// <summary>
/// Works on one region: readers cut and encode tiles, invokers ask the model and locate what it saw, one writer checkpoints.
/// All of it overlaps; what waits between two stages is bounded, so that memory depends on the tiles in flight and never on the image.
/// A tile that fails is recorded and disturbs no other.
/// </summary>
public sealed partial class RegionProcessor(
    IModelEndpointFactory endpoints,
    ITileCheckpoints checkpoints,
    ImageAccess images,
    GrantSettings settings,
    IOptionsMonitor<WorkerOptions> options,
    TimeProvider clock,
    ILogger<RegionProcessor> log)
{
    private readonly RegionsOfInterest _interests = new();
    private readonly UnreadableTiles _unreadable = new();

    /// <summary>Processes what is left to do of a region.</summary>
    /// <param name="work">The region as it was placed.</param>
    /// <param name="drain">Asks to begin no further tile: tiles in flight are finished and checkpointed.</param>
    /// <param name="cancel">Asks to stop now: tiles in flight are lost.</param>
    /// <param name="mayPost">Ends when a request may be sent to the model; awaited before each. Null: at any time.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was cancelled.</exception>
    /// <exception cref="ImageException"><see cref="ImageErrorKind.Unavailable"/>: the image's server is away for now; finished tiles are kept.</exception>
    public async Task<RegionOutcome> ProcessAsync(
        ProcessRegion work, CancellationToken drain, CancellationToken cancel, Func<CancellationToken, ValueTask>? mayPost = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var activity = WorkerDiagnostics.Activities.StartActivity("region");
        activity?.SetTag("swath.job", work.JobId).SetTag("swath.region", work.Region.RegionId).SetTag("swath.attempt", work.Attempt);
        try
        {
            var plan = await Task.Run(() => RegionPlan.Make(work, () => images.Open(work.ImageUrl, work.ImageReadRole, settings.AccessOf(work.Grants), work.ImageSegment, cancel), _interests, images.Limits), cancel);
            var finished = await checkpoints.FinishedAsync(work.JobId, work.Region.RegionId, cancel);
            var left = plan.Tiles.Where(tile => !finished.ContainsKey(tile)).ToList();
            var tally = new RegionTally(plan.Tiles.Where(finished.ContainsKey).Select(tile => finished[tile]));
            if (left.Count < plan.Tiles.Count)
                LogResumed(work.JobId, work.Region.RegionId, plan.Tiles.Count - left.Count, plan.Tiles.Count);

            await RunAsync(work, plan, left, tally, mayPost, drain, cancel);
            return tally.Outcome(plan.Tiles.Count);
        }
        catch (ImageException e) when (e.Kind != ImageErrorKind.Unavailable)
        {
            return new RegionOutcome.Failed(e.Message);
        }
        catch (InvocationException e)
        {
            return new RegionOutcome.Failed(e.Message);
        }
    }

    private async Task RunAsync(
        ProcessRegion work,
        RegionPlan plan,
        List<PixelWindow> left,
        RegionTally tally,
        Func<CancellationToken, ValueTask>? mayPost,
        CancellationToken drain,
        CancellationToken cancel)
    {
        if (left.Count == 0)
            return;
        var current = options.CurrentValue;
        var encoded = Channel.CreateBounded<EncodedTile>(current.ReadAhead);
        var outcomes = Channel.CreateBounded<TileOutcome>(2 * work.TileWorkers);

        // The first stage that fails stops the others; every stage ends before this method does.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var access = settings.AccessOf(work.Grants);
        ImageFile Open() => images.Open(work.ImageUrl, work.ImageReadRole, access, work.ImageSegment, stop.Token);
        using var locators = new LocatorPool(Open);
        var progress = new ReadingProgress(work.JobId, work.ImageUrl, current.MaxUnreadableTiles, left.Count < plan.Tiles.Count, _unreadable);
        var cutter = new TileReader(work, plan.Stretch, Open, progress, clock);
        var invoker = new TileInvoker(work, plan, endpoints.Create(work.Endpoint, work.Variant, access), locators, mayPost, clock, log);
        var reading = Stage(
            TileCutter.Runs(left, current.EffectiveReaders).Select(run => cutter.ReadAsync(run, encoded.Writer, outcomes.Writer, drain, stop.Token)),
            stop, encoded.Writer);
        var invoking = Stage(
            Enumerable.Range(0, Math.Max(1, work.TileWorkers)).Select(_ => invoker.InvokeAsync(encoded.Reader, outcomes.Writer, stop.Token)), stop);
        var asked = Stage([reading, invoking], stop, outcomes.Writer);
        var writing = Stage([WriteAsync(work, outcomes.Reader, tally, stop.Token)], stop);
        try
        {
            await Task.WhenAll(asked, writing);
        }
        finally
        {
            while (encoded.Reader.TryRead(out var unused))
                unused.Dispose();
        }

        cancel.ThrowIfCancellationRequested();
    }

    // Whatever is ready is saved together: while one batch is on its way, the next one gathers.
    private async Task WriteAsync(ProcessRegion work, ChannelReader<TileOutcome> outcomes, RegionTally tally, CancellationToken cancellationToken)
    {
        var batch = new List<TileOutcome>();
        while (await outcomes.WaitToReadAsync(cancellationToken))
        {
            batch.Clear();
            long bytes = 0;
            while (batch.Count < 256 && bytes < 8 << 20 && outcomes.TryRead(out var outcome))
            {
                batch.Add(outcome);
                bytes += outcome.Payload.Length;
            }

            await checkpoints.SaveAsync(work.JobId, work.Region.RegionId, work.Attempt, batch, cancellationToken);
            foreach (var outcome in batch)
                tally.Add(outcome);
        }
    }

    private static async Task Stage(IEnumerable<Task> tasks, CancellationTokenSource stop, ChannelWriter<EncodedTile> output)
    {
        await Stage(tasks, stop);
        output.TryComplete();
    }

    private static async Task Stage(IEnumerable<Task> tasks, CancellationTokenSource stop, ChannelWriter<TileOutcome> output)
    {
        await Stage(tasks, stop);
        output.TryComplete();
    }

    private static async Task Stage(IEnumerable<Task> tasks, CancellationTokenSource stop)
    {
        async Task Guard(Task task)
        {
            var ended = false;
            try
            {
                await task;
                ended = true;
            }
            finally
            {
                if (!ended)
                    await stop.CancelAsync();
            }
        }

        await Task.WhenAll(tasks.Select(Guard).ToList());
    }

    [LoggerMessage(LogLevel.Information, "Job {JobId}, region {RegionId}: {Finished} of {Tiles} tiles were finished before and are kept.")]
    private partial void LogResumed(Guid jobId, int regionId, int finished, int tiles);
}
