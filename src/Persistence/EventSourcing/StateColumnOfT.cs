using Npgsql;
using NpgsqlTypes;

namespace Swath.Persistence.EventSourcing;

/// <inheritdoc cref="StateColumn{TState}"/>
internal sealed class StateColumn<TState, TValue>(string name, PostgresType type, string columnType, Func<TState, TValue> read)
    : StateColumn<TState>(name, type.Name, columnType)
{
    public override NpgsqlParameter CreateParameter() =>
        new NpgsqlParameter<TValue[]> { NpgsqlDbType = NpgsqlDbType.Array | type.DbType };

    public override void Fill(NpgsqlParameter parameter, ReadOnlySpan<TState> states)
    {
        var values = new TValue[states.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = read(states[i]);
        ((NpgsqlParameter<TValue[]>)parameter).TypedValue = values;
    }
}
