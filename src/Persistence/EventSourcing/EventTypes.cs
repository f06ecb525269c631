using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// The stable names and schema versions of a stream's events (<c>image-requested.v1</c>), and the upcasters that lift older
/// versions to the newest. CLR names never reach the database.
/// </summary>
internal sealed class EventTypes
{
    private readonly Dictionary<Type, Registration> _byClrType = [];
    private readonly Dictionary<string, Registration> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, int From), Func<JsonObject, JsonObject>> _upcasters = [];
    private readonly ConcurrentDictionary<string, (Registration Registration, int Version)> _parsed = new(StringComparer.Ordinal);

    public IEnumerable<string> Names => _byName.Values.Select(r => r.StoredName);

    public IEnumerable<Type> ClrTypes => _byClrType.Keys;

    public void Add(Type type, string name, int version)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        var registration = new Registration(type, name, version, $"{name}.v{version.ToString(CultureInfo.InvariantCulture)}");
        if (!_byClrType.TryAdd(type, registration))
            throw new EventStoreException($"The event type {type.Name} is registered twice; keep one of the two.");
        if (!_byName.TryAdd(name, registration))
            throw new EventStoreException($"The event name '{name}' is used by {_byName[name].Type.Name} and {type.Name}; give one another name.");
    }

    public void AddUpcaster(string name, int fromVersion, Func<JsonObject, JsonObject> upcast)
    {
        if (!_upcasters.TryAdd((name, fromVersion), upcast))
            throw new EventStoreException($"Two upcasters lift '{name}.v{fromVersion}'; keep one of the two.");
    }

    /// <summary>Every version below the current one must have its upcaster, or old streams can't be read.</summary>
    public void Validate()
    {
        foreach (var registration in _byName.Values)
        {
            for (var version = 1; version < registration.Version; version++)
            {
                if (!_upcasters.ContainsKey((registration.Name, version)))
                    throw new EventStoreException($"'{registration.StoredName}' is registered, but nothing lifts '{registration.Name}.v{version}'; add an upcaster from version {version}.");
            }
        }
        foreach (var (name, _) in _upcasters.Keys)
        {
            if (!_byName.ContainsKey(name))
                throw new EventStoreException($"An upcaster names the event '{name}', which is not registered; register the event or remove the upcaster.");
        }
    }

    public string NameOf(object message) =>
        _byClrType.TryGetValue(message.GetType(), out var registration)
            ? registration.StoredName
            : throw new EventStoreException($"{message.GetType().Name} was accepted but is not a registered event; register it with Event<{message.GetType().Name}>(\"stable-name\").");

    public static string Write(object message) => StorableText.Json(JsonSerializer.Serialize(message, message.GetType(), EventJson.Options));

    public object Read(string storedType, string data)
    {
        var (registration, version) = _parsed.GetOrAdd(storedType, Parse);
        if (version == registration.Version)
            return JsonSerializer.Deserialize(data, registration.Type, EventJson.Options)!;

        var json = JsonNode.Parse(data)!.AsObject();
        for (; version < registration.Version; version++)
            json = _upcasters[(registration.Name, version)](json);
        return json.Deserialize(registration.Type, EventJson.Options)!;
    }

    private (Registration Registration, int Version) Parse(string storedType)
    {
        var dot = storedType.LastIndexOf(".v", StringComparison.Ordinal);
        if (dot <= 0 || !int.TryParse(storedType.AsSpan(dot + 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            throw new EventStoreException($"'{storedType}' is no event type; expected 'name.vN'.");
        if (!_byName.TryGetValue(storedType[..dot], out var registration))
            throw new EventStoreException($"The stream holds '{storedType}', which this version does not know; register the event again, or run the version that wrote it.");
        if (version > registration.Version)
            throw new EventStoreException($"The stream holds '{storedType}', newer than '{registration.StoredName}' of this version; run the newer version.");
        return (registration, version);
    }

    private sealed record Registration(Type Type, string Name, int Version, string StoredName);
}
