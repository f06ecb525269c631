using NpgsqlTypes;

namespace Swath.Persistence.EventSourcing;

/// <summary>The PostgreSQL type of a CLR type, by name and by Npgsql's number.</summary>
internal sealed record PostgresType(string Name, NpgsqlDbType DbType)
{
    public static readonly PostgresType Text = new("text", NpgsqlDbType.Text);

    public static PostgresType Of(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(string) => Text,
            _ when type == typeof(int) => new("integer", NpgsqlDbType.Integer),
            _ when type == typeof(long) => new("bigint", NpgsqlDbType.Bigint),
            _ when type == typeof(bool) => new("boolean", NpgsqlDbType.Boolean),
            _ when type == typeof(double) => new("double precision", NpgsqlDbType.Double),
            _ when type == typeof(Guid) => new("uuid", NpgsqlDbType.Uuid),
            _ when type == typeof(DateTimeOffset) => new("timestamptz", NpgsqlDbType.TimestampTz),
            _ => throw new EventStoreException($"A state column can't hold a {type.Name}; use string, int, long, bool, double, Guid or DateTimeOffset, ArrayColumn or JsonColumn."),
        };
    }
}
