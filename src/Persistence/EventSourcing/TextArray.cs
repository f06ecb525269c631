using System.Text;

namespace Swath.Persistence.EventSourcing;

/// <summary>PostgreSQL's array literals (documentation 8.15.6): many <c>text[]</c> values travel as one <c>text[]</c> of literals, since unnest flattens nested arrays.</summary>
internal static class TextArray
{
    public static string Literal(IReadOnlyList<string> values)
    {
        var literal = new StringBuilder("{");
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0)
                literal.Append(',');
            literal.Append('"').Append(values[i].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }
        return literal.Append('}').ToString();
    }
}
