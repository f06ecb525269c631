using System.Text.Json;
using Swath.Persistence.EventSourcing;

namespace Swath.Host.Output;

/// <summary>What an event says, in a few words for its line of the history.</summary>
internal static class EventSummary
{
    public static string Of(HistoricEvent entry)
    {
        using var document = JsonDocument.Parse(entry.Data);
        var data = document.RootElement;
        return entry.Type.Split('.')[0] switch
        {
            "image-requested" => $"{Text(data, "imageUrl")} by {Text(data, "tenant")}",
            "regions-calculated" => $"{Text(data, "image", "width")} x {Text(data, "image", "height")} {Text(data, "image", "driver")}, {Count(data, "regions")} region(s)",
            "job-resubmitted" => "requested again, with the same content",
            "image-rejected" => $"{Text(data, "reason")}: {Text(data, "detail")}",
            "variant-selected" => Text(data, "variant") is { Length: > 0 } variant ? variant : "no variants (HTTP)",
            "capacity-reserved" => $"load {Text(data, "load")}, {Count(data, "placements")} region(s) placed",
            "region-completed" => $"region {Text(data, "regionId")}: {Text(data, "tilesDone")} tiles, {Text(data, "features")} features, {Count(data, "failedTiles")} failed tile(s){Skipped(data)}, worker {Text(data, "workerId")}, attempt {Text(data, "attempt")}",
            "region-failed" => $"region {Text(data, "regionId")}: {Text(data, "reason")}",
            "region-reassigned" => $"region {Text(data, "placement", "regionId")} to {Text(data, "placement", "workerId")}: {Text(data, "reason")}",
            "job-completed" => $"{Text(data, "features")} features{(Text(data, "droppedFeatures") is { Length: > 0 } dropped ? $", {dropped} more could not be used" : "")}{FailedOutputs(data)}",
            "job-failed" or "cancellation-requested" or "cancel-job" => Text(data, "reason"),
            _ => "",
        };
    }

    private static string Text(JsonElement data, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty(name, out data))
                return "";
        return data.ValueKind == JsonValueKind.Null ? "" : data.ToString();
    }

    private static string FailedOutputs(JsonElement data) =>
        Count(data, "failedOutputs") is > 0 and var failed ? $", {failed} output(s) failed: {string.Join(' ', data.GetProperty("failedOutputs").EnumerateArray().Select(reason => reason.ToString()))}" : "";

    private static string Skipped(JsonElement data) => Text(data, "tilesSkipped") is { Length: > 0 } skipped ? $", {skipped} blank and skipped" : "";

    private static int Count(JsonElement data, string name) =>
        data.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.GetArrayLength() : 0;
}
