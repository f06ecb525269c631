using System.Runtime.InteropServices;
using System.Text.Json;

namespace Swath.Contracts;

/// <summary>What a request's feature properties must satisfy: they are stored with every event of the job and copied into every feature.</summary>
internal static class FeaturePropertyRules
{
    public static void CheckKinds(IReadOnlyList<JsonElement>? objects, Action<bool, string> require)
    {
        require(objects is not null, "featureProperties must be a list; leave it out for none.");
        require(objects is null || objects.All(properties => properties.ValueKind == JsonValueKind.Object), "featureProperties must be JSON objects.");
    }

    public static void CheckContents(IReadOnlyList<JsonElement> objects, Action<bool, string> require)
    {
        require(objects.Count <= RequestLimits.MaxFeatureProperties,
            $"featureProperties must be at most {RequestLimits.MaxFeatureProperties} objects; they are {objects.Count}.");
        long bytes = 0;
        foreach (var properties in objects.Take(RequestLimits.MaxFeatureProperties))
        {
            if (properties.ValueKind == JsonValueKind.Undefined)
                continue;
            bytes += JsonMarshal.GetRawUtf8Value(properties).Length;
            if (Problem(properties, 1) is { } problem)
                require(false, problem);
        }

        require(bytes <= RequestLimits.MaxFeaturePropertiesBytes,
            $"featureProperties must be no longer than {RequestLimits.MaxFeaturePropertiesBytes} bytes in all; they have {bytes}.");
    }

    private static string? Problem(JsonElement json, int depth)
    {
        if (depth > RequestLimits.MaxFeaturePropertiesDepth)
            return $"featureProperties must be nested at most {RequestLimits.MaxFeaturePropertiesDepth} deep.";
        try
        {
            return json.ValueKind switch
            {
                JsonValueKind.String => RequestTexts.IsStorable(json.GetString()!) ? null : RequestTexts.Unstorable("featureProperties"),
                JsonValueKind.Number => json.TryGetDouble(out var number) && double.IsFinite(number) ? null : RequestTexts.Unstorable("featureProperties"),
                JsonValueKind.Array => json.EnumerateArray().Select(item => Problem(item, depth + 1)).FirstOrDefault(problem => problem is not null),
                JsonValueKind.Object => ObjectProblem(json, depth),
                _ => null,
            };
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair: no text at all.
            return RequestTexts.Unstorable("featureProperties");
        }
    }

    private static string? ObjectProblem(JsonElement json, int depth)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (!RequestTexts.IsStorable(member.Name))
                return RequestTexts.Unstorable("featureProperties");
            if (!names.Add(member.Name))
                return $"featureProperties must not have a member twice in one object; '{RequestTexts.Printable(member.Name)}' is.";
            if (Problem(member.Value, depth + 1) is { } problem)
                return problem;
        }

        return null;
    }
}
