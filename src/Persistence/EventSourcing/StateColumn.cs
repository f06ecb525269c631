using Npgsql;

namespace Swath.Persistence.EventSourcing;

/// <summary>A column of the state table that is a function of the folded state.</summary>
internal abstract class StateColumn<TState>(string name, string elementType, string columnType)
{
    public string Name { get; } = name;

    /// <summary>The SQL type in which the values travel, one array element per row.</summary>
    public string ElementType { get; } = elementType;

    /// <summary>The SQL type of the column; differs from the element type where an array of arrays would be needed.</summary>
    public string ColumnType { get; } = columnType;

    /// <summary>The value as an expression over a row source.</summary>
    public string Value(string source) => ElementType == ColumnType ? $"{source}.{Name}" : $"{source}.{Name}::{ColumnType}";

    public abstract NpgsqlParameter CreateParameter();

    public abstract void Fill(NpgsqlParameter parameter, ReadOnlySpan<TState> states);
}
