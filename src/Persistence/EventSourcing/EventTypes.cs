using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// The stable names and schema versions of a stream's messages (<c>image-requested.v1</c>), and the upcasters that lift older versions to the
/// newest: one table for what is stored and for what is on the wire. CLR names never reach the database.
/// </summary>
internal sealed class EventTypes
{
    private readonly Dictionary<Type, Registration> _byClrType = [];
    private readonly Dictionary<string, Registration> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, int From), Func<JsonObject, JsonObject>> _upcasters = [];
    private readonly Dictionary<string, Registration> _byUrn = new(StringComparer.Ordinal);
    private readonly List<Action<ISendPipeConfigurator>> _stamps = [];
    private readonly ConcurrentDictionary<string, (Registration Registration, int Version)> _parsed = new(StringComparer.Ordinal);

    /// <summary>Every name that is read, and what it is now: for the record of what must not change.</summary>
    public IReadOnlyList<string> Describe() =>
    [
        .. _byName.Select(pair => pair.Key == pair.Value.Name
            ? $"{(pair.Value.IsEvent ? "event" : "command")} {pair.Value.StoredName} {MessageUrn.ForType(pair.Value.Type)}"
            : $"former {pair.Key} {pair.Value.Name}").Order(StringComparer.Ordinal),
    ];

    /// <summary>Of the messages that become events.</summary>
    public IEnumerable<Type> ClrTypes => _byClrType.Where(pair => pair.Value.IsEvent).Select(pair => pair.Key);

    /// <param name="name">Its stable name.</param>
    /// <param name="version">Its schema version, from 1.</param>
    /// <param name="isEvent">False for what is sent and never stored as an event.</param>
    public void Add<T>(string name, int version, bool isEvent) where T : class
    {
        var type = typeof(T);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        var registration = new Registration(type, name, version, isEvent, $"{name}.v{version.ToString(CultureInfo.InvariantCulture)}");
        if (!_byClrType.TryAdd(type, registration))
            throw new EventStoreException($"The event type {type.Name} is registered twice; keep one of the two.");
        AddName(name, registration);
        _byUrn[MessageUrn.ForTypeString<T>()] = registration;
        _stamps.Add(pipe => pipe.UseSendExecute<T>(context => context.Headers.Set(SchemaHeader.Name, registration.StoredName)));
    }

    /// <summary>A name that earlier releases wrote; the versions count on from there.</summary>
    public void AddFormerName(Type type, string former) => AddName(former, _byClrType[type]);

    public void AddUpcaster(string name, int fromVersion, Func<JsonObject, JsonObject> upcast)
    {
        if (!_upcasters.TryAdd((name, fromVersion), upcast))
            throw new EventStoreException($"Two upcasters lift '{name}.v{fromVersion}'; keep one of the two.");
    }

    /// <summary>Every version below the current one must have its upcaster, or old streams can't be read.</summary>
    public void Validate()
    {
        foreach (var registration in _byClrType.Values)
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

    public string NameOf(object message) => NameOf(message.GetType())
        ?? throw new EventStoreException($"{message.GetType().Name} was accepted but is not a registered event; register it with Event<{message.GetType().Name}>(\"stable-name\").");

    /// <returns>Null for a type that has none.</returns>
    public string? NameOf(Type type) => _byClrType.TryGetValue(type, out var registration) ? registration.StoredName : null;

    public static string Write(object message) => StorableText.Json(JsonSerializer.Serialize(message, message.GetType(), EventJson.Options));

    /// <exception cref="NewerReleaseException">Its type or its version is not known here.</exception>
    public object Read(string storedType, string data)
    {
        var (registration, version) = _parsed.GetOrAdd(storedType, Parse);
        return version == registration.Version
            ? JsonSerializer.Deserialize(data, registration.Type, EventJson.Options)!
            : Lift(registration, version, JsonNode.Parse(data)!.AsObject()).Deserialize(registration.Type, EventJson.Options)!;
    }

    /// <summary>Makes every message that is sent say its name and version.</summary>
    public void Stamp(ISendPipeConfigurator pipe)
    {
        foreach (var stamp in _stamps)
            stamp(pipe);
    }

    /// <summary>The name of a message that does not say it: of the first version of its type.</summary>
    /// <returns>Null for a type that is not registered.</returns>
    public string? FirstNameOf(string[] urns) => urns.Length > 0 && _byUrn.TryGetValue(urns[0], out var registration) ? $"{registration.Name}.v1" : null;

    /// <returns>Null when a message of this name can be read here.</returns>
    public NewerReleaseException? WhyNewer(string name)
    {
        try
        {
            _parsed.GetOrAdd(name, Parse);
            return null;
        }
        catch (NewerReleaseException newer)
        {
            return newer;
        }
        catch (EventStoreException)
        {
            // No name at all: whoever reads the message says so.
            return null;
        }
    }

    /// <summary>True when a message of this name needs no lifting.</summary>
    /// <exception cref="NewerReleaseException">Its type or its version is not known here.</exception>
    public bool IsCurrent(string name)
    {
        var (registration, version) = _parsed.GetOrAdd(name, Parse);
        return version == registration.Version;
    }

    /// <summary>Lifts a message to the version of this binary.</summary>
    /// <exception cref="NewerReleaseException">Its type or its version is not known here.</exception>
    public JsonObject Lift(string name, JsonObject message)
    {
        var (registration, version) = _parsed.GetOrAdd(name, Parse);
        return Lift(registration, version, message);
    }

    private JsonObject Lift(Registration registration, int version, JsonObject json)
    {
        for (; version < registration.Version; version++)
            json = _upcasters[(registration.Name, version)](json);
        return json;
    }

    private void AddName(string name, Registration registration)
    {
        if (!_byName.TryAdd(name, registration))
            throw new EventStoreException($"The event name '{name}' is used by {_byName[name].Type.Name} and {registration.Type.Name}; give one another name.");
    }

    private (Registration Registration, int Version) Parse(string storedType)
    {
        var dot = storedType.LastIndexOf(".v", StringComparison.Ordinal);
        if (dot <= 0 || !int.TryParse(storedType.AsSpan(dot + 2), NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version == 0)
            throw new EventStoreException($"'{storedType}' is no event type; expected 'name.vN'.");
        if (!_byName.TryGetValue(storedType[..dot], out var registration))
            throw new NewerReleaseException($"'{storedType}' is of a type that this release does not know; a process of the newer release goes on with it.");
        if (version > registration.Version)
            throw new NewerReleaseException($"'{storedType}' is newer than '{registration.StoredName}' of this release; a process of the newer release goes on with it.");
        return (registration, version);
    }

    private sealed record Registration(Type Type, string Name, int Version, bool IsEvent, string StoredName);
}
