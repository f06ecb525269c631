using MassTransit;
using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// The header of a message that names its type and schema version as they are stored (<c>region-completed.v1</c>). A message without it is of the
/// first version of its type: upstream systems and releases before 0.1.0 send none.
/// </summary>
internal static class SchemaHeader
{
    public const string Name = "schema";

    /// <summary>What the database answers a statement of a binary that may no longer write.</summary>
    public const string WriterRefused = "SW001";

    /// <returns>Null when the headers have none.</returns>
    public static string? Of(Headers headers) => headers.TryGetHeader(Name, out var value) ? value?.ToString() : null;

    public static bool IsRefusedWriter(Exception failure) => failure is PostgresException { SqlState: WriterRefused };
}
