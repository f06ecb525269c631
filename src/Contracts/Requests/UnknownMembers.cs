using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Swath.Contracts;

/// <summary>Finds the members of a request's JSON that Swath does not know: <c>"tilesize"</c> where <c>tile.size</c> is meant would be ignored in silence.</summary>
public static class UnknownMembers
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    /// <returns>Each as a path from the request, such as <c>tile.sise</c> and <c>outputs[0].pth</c>, in order; what may have any members is not looked into.</returns>
    public static IReadOnlyList<string> Of(JsonElement request)
    {
        List<string> found = [];
        Look(request, Json.GetTypeInfo(typeof(ImageRequested)), "", found);
        return found;
    }

    private static void Look(JsonElement json, JsonTypeInfo type, string path, List<string> found)
    {
        switch (type.Kind, json.ValueKind)
        {
            case (JsonTypeInfoKind.Object, JsonValueKind.Object):
                foreach (var member in json.EnumerateObject())
                {
                    var place = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
                    var known = type.Properties.FirstOrDefault(property => property.Set is not null && property.Name.Equals(member.Name, StringComparison.OrdinalIgnoreCase));
                    if (known is null)
                        found.Add(place);
                    else
                        Look(member.Value, Json.GetTypeInfo(known.PropertyType), place, found);
                }

                break;
            case (JsonTypeInfoKind.Enumerable, JsonValueKind.Array):
                foreach (var (index, item) in json.EnumerateArray().Index())
                    Look(item, Json.GetTypeInfo(type.ElementType!), $"{path}[{index}]", found);
                break;
        }
    }
}
