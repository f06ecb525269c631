namespace Swath.Contracts;

/// <summary>
/// How large and how deeply nested a WKT geometry is, counted in one pass over its text. Parsers of WKT call themselves for each level, and what
/// comes after them costs more than a line in their input: these are checked before any of them sees it.
/// </summary>
/// <param name="Depth">Levels of brackets; a multipolygon has three, each collection around it one more.</param>
/// <param name="Parts">Brackets and members with a name of their own: at least the geometries, lines and rings.</param>
/// <param name="Vertices">Positions.</param>
public readonly record struct WktSize(int Depth, int Parts, int Vertices)
{
    /// <summary>The deepest nesting of a request's geometry.</summary>
    public const int MaxDepth = 16;

    /// <summary>The most parts of a request's geometry.</summary>
    public const int MaxParts = 10_000;

    /// <summary>The most positions of a request's geometry, whatever the options of the measuring process allow.</summary>
    public const int MaxVertices = 100_000;

    /// <summary>Counts; what is no WKT has a size too.</summary>
    public static WktSize Of(ReadOnlySpan<char> wkt)
    {
        int depth = 0, deepest = 0, parts = 0, vertices = 0;
        var begins = true;
        foreach (var c in wkt)
        {
            switch (c)
            {
                case '(':
                    deepest = Math.Max(deepest, ++depth);
                    parts++;
                    begins = true;
                    break;
                case ')':
                    depth--;
                    begins = false;
                    break;
                case ',':
                    begins = true;
                    break;
                default:
                    if (!begins || char.IsWhiteSpace(c))
                        break;
                    begins = false;
                    if (char.IsLetter(c))
                        parts++;
                    else
                        vertices++;
                    break;
            }
        }

        return new WktSize(deepest, parts, vertices);
    }

    /// <summary>What is too much, as the end of a sentence that begins with the field's name; null when nothing is.</summary>
    public string? Problem() => this switch
    {
        { Depth: > MaxDepth } => $"is nested {Depth} deep: at most {MaxDepth} levels are read.",
        { Parts: > MaxParts } => $"has {Parts} parts: at most {MaxParts} are read.",
        { Vertices: > MaxVertices } => $"has {Vertices} positions: at most {MaxVertices} are read.",
        _ => null,
    };
}
