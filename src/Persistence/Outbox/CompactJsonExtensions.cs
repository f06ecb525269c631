using MassTransit;

namespace Swath.Persistence.Outbox;

/// <summary>How messages are written on the wire and, with the events that sent them, in the database; and what is read from it.</summary>
public static class CompactJsonExtensions
{
    /// <summary>MassTransit indents its envelopes; stored once per event, the spaces would be a third of the table.</summary>
    public static void UseCompactJson(this IBusFactoryConfigurator bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.ConfigureJsonSerializerOptions(static options =>
        {
            options.WriteIndented = false;

            // Of a member that comes twice, the last would win in silence.
            options.AllowDuplicateProperties = false;
            return options;
        });
    }
}
