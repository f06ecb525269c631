using System.Buffers;
using Swath.Access;
using Swath.Contracts;
using Swath.Persistence.TileResults;
using Swath.Worker.Distillation;
using Swath.Worker.Features;
using Swath.Worker.Sinks;

namespace Swath.Worker.Assembly;

/// <summary>
/// Makes a job's result of its checkpoints. They are read twice: first for the boxes that distillation compares, then to write the
/// features that stay. Memory holds some 150 bytes a feature, and never the features themselves.
/// </summary>
public sealed class ResultAssembler(TileResultStore tiles, IFeatureSinkFactory sinks, GrantSettings settings)
{
    /// <summary>Reads, distils and writes. Doing it again replaces the outputs by equal ones.</summary>
    /// <param name="work">What to assemble.</param>
    /// <param name="isWanted">Whether the job still waits for the result; asked last before the outputs become visible.</param>
    /// <param name="cancellationToken">Ends the work; nothing is made visible then.</param>
    /// <exception cref="InvalidDataException">A checkpoint is damaged.</exception>
    /// <exception cref="CheckpointsChangedException">The checkpoints changed meanwhile: assemble again.</exception>
    public async Task<AssemblyOutcome> AssembleAsync(
        AssembleResult work, Func<CancellationToken, Task<bool>> isWanted, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        ArgumentNullException.ThrowIfNull(isWanted);
        using var activity = WorkerDiagnostics.Activities.StartActivity("assemble");
        activity?.SetTag("swath.job", work.JobId);

        var index = new TileIndex();
        await foreach (var tile in tiles.ReadAsync(work.JobId, cancellationToken))
            index.Add(tile);
        if (index.Tiles - index.Failures.Count < work.TilesFinished)
        {
            return new AssemblyOutcome.Failed(new JobFailed
            {
                JobId = work.JobId,
                Reason = $"The outputs can't be written: of {work.TilesFinished} finished tiles {index.Tiles - index.Failures.Count} are still kept. Submit the job again.",
            });
        }

        var distilled = await Task.Run(() => Distiller.Distil(index.Candidates, index.Layout(), work.PostProcessing, cancellationToken), cancellationToken);

        var properties = new RequestProperties(work.FeatureProperties);
        var summary = Summarise(work, index, distilled, properties);
        await using var outputs = new SinkSet(work, sinks, summary.Access!);
        await outputs.OpenAsync(summary, cancellationToken);
        await WriteAsync(work, index, distilled, properties, outputs, cancellationToken);
        // A job that ended loses its checkpoints: what was read of them may be a part.
        if (!await isWanted(cancellationToken))
            return new AssemblyOutcome.Dropped();
        await outputs.CompleteAsync(cancellationToken);

        var failures = outputs.Outcomes.Select(output => output.Failure).OfType<string>().ToList();
        WorkerDiagnostics.Outputs.Add(outputs.Outcomes.Count - failures.Count, new KeyValuePair<string, object?>("outcome", "written"));
        WorkerDiagnostics.Outputs.Add(failures.Count, new KeyValuePair<string, object?>("outcome", "failed"));
        return new AssemblyOutcome.Completed(new JobCompleted
        {
            JobId = work.JobId,
            Features = summary.Features,
            DroppedFeatures = summary.DroppedFeatures,
            Warnings = summary.DroppedFeatures == 0 ? null : [.. DroppedWarning(index)],
            Results = [.. outputs.Outcomes.Select(output => output.Result).OfType<string>()],
            FailedOutputs = failures,
            Outputs = outputs.Outcomes,
        });
    }

    private async Task WriteAsync(
        AssembleResult work, TileIndex index, DistillationResult distilled, RequestProperties properties, SinkSet outputs, CancellationToken cancellationToken)
    {
        var finished = new ArrayBufferWriter<byte>(4096);
        var (tilesRead, featuresRead) = (0, 0);
        await foreach (var tile in tiles.ReadAsync(work.JobId, cancellationToken))
        {
            if (!outputs.AnyLeft)
                return;
            tilesRead++;
            if (tile.Failure is not null || tile.Features == 0)
                continue;
            var candidate = index.PlaceOf(tile).First;
            foreach (var feature in TilePayload.Read(tile.Payload))
            {
                if (distilled.Kept[candidate])
                {
                    finished.ResetWrittenCount();
                    var factor = distilled.Scores[candidate] == feature.Score ? 1 : distilled.Scores[candidate] / feature.Score;
                    properties.Finish(feature.GeoJson.Span, factor, finished);
                    await outputs.WriteAsync(finished.WrittenMemory, cancellationToken);
                }

                candidate++;
                featuresRead++;
            }
        }

        if (tilesRead != index.Tiles || featuresRead != index.Candidates.Count)
        {
            throw new CheckpointsChangedException(
                $"Job {work.JobId} had {index.Tiles} tiles with {index.Candidates.Count} features at first and {tilesRead} with {featuresRead} when its result was written.");
        }
    }

    private ResultSummary Summarise(AssembleResult work, TileIndex index, DistillationResult distilled, RequestProperties properties) => new()
    {
        JobId = work.JobId,
        ExternalId = work.ExternalId,
        JobName = work.JobName,
        Image = work.ImageUrl,
        ImageReadRole = work.ImageReadRole,
        Access = settings.AccessOf(work.Grants),
        ImageSegment = work.ImageSegment,
        Endpoint = work.Endpoint.Name,
        Variant = work.Variant,
        Tiles = index.Tiles,
        TilesSkipped = index.Skipped,
        Features = index.Candidates.Count - distilled.Duplicates - distilled.BelowThreshold,
        Distilled = distilled.Duplicates + distilled.BelowThreshold,
        DroppedFeatures = index.Dropped,
        Warnings = [.. work.Warnings, .. properties.Warnings, .. DroppedWarning(index)],
        FailedTiles = index.Failures,
        FailedRegions = work.FailedRegions,
    };

    private static IEnumerable<string> DroppedWarning(TileIndex index) => index.Dropped == 0
        ? []
        : [$"{index.Dropped} features of {index.TilesWithDropped} tiles could not be used and were left out, the first of them: {string.Join("; ", index.DroppedReasons)}"];
}
