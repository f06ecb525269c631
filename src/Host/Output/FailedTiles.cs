using System.Text.Json;
using Swath.Contracts;
using Swath.Persistence.EventSourcing;

namespace Swath.Host.Output;

/// <summary>The tiles that a job's history says have failed, in the order of the image.</summary>
internal static class FailedTiles
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<TileFailure> Of(IReadOnlyList<HistoricEvent> history) =>
    [
        .. history
            .Where(entry => entry.Type.StartsWith("region-completed.", StringComparison.Ordinal))
            .Select(entry => JsonSerializer.Deserialize<RegionCompleted>(entry.Data, Json)!)
            // A region that was retried has ended more than once: the last end counts.
            .GroupBy(region => region.RegionId)
            .SelectMany(region => region.Last().FailedTiles)
            .OrderBy(tile => tile.Window.Y).ThenBy(tile => tile.Window.X),
    ];
}
