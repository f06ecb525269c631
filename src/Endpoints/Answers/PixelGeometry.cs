using System.Text.Json;

namespace Swath.Endpoints;

/// <summary>
/// A geometry in pixels, flat: all positions in one array, so that locating and shifting it is one loop. Rings are closed
/// (first position = last position), in the direction the model gave.
/// </summary>
public sealed class PixelGeometry
{
    private readonly double[] _coordinates;
    private readonly int[] _lineEnds;
    private readonly int[] _partEnds;

    /// <param name="type">What the positions make.</param>
    /// <param name="coordinates">x, y, x, y ...; at least one position.</param>
    /// <param name="lineEnds">For lines and polygons: behind which position each line or ring ends; ascending.</param>
    /// <param name="partEnds">For multi-polygons: behind which ring each polygon ends; ascending.</param>
    /// <exception cref="ArgumentException">No position, an odd count, or ends that do not cover the positions.</exception>
    public PixelGeometry(PixelGeometryType type, double[] coordinates, int[]? lineEnds = null, int[]? partEnds = null)
    {
        ArgumentNullException.ThrowIfNull(coordinates);
        if (coordinates.Length == 0 || coordinates.Length % 2 != 0)
            throw new ArgumentException("A geometry has at least one position of x and y.", nameof(coordinates));
        var hasLines = type is not (PixelGeometryType.Point or PixelGeometryType.MultiPoint);
        if (hasLines && (lineEnds is null || lineEnds.Length == 0 || lineEnds[^1] * 2 != coordinates.Length))
            throw new ArgumentException("The last line must end at the last position.", nameof(lineEnds));
        if (type == PixelGeometryType.MultiPolygon && (partEnds is null || partEnds.Length == 0 || partEnds[^1] != lineEnds!.Length))
            throw new ArgumentException("The last polygon must end at the last ring.", nameof(partEnds));
        Type = type;
        _coordinates = coordinates;
        _lineEnds = hasLines ? lineEnds! : [];
        _partEnds = type == PixelGeometryType.MultiPolygon ? partEnds! : [];
    }

    public PixelGeometryType Type { get; }

    /// <summary>x, y pairs in order of appearance.</summary>
    public ReadOnlySpan<double> Coordinates => _coordinates;

    /// <summary>Behind which position (not array index) each line or ring ends; empty for points.</summary>
    public ReadOnlySpan<int> LineEnds => _lineEnds;

    /// <summary>Behind which ring each polygon of a multi-polygon ends; empty for all other types.</summary>
    public ReadOnlySpan<int> PartEnds => _partEnds;

    /// <summary>The box around all positions.</summary>
    public PixelBounds Bounds => PixelBounds.Around(_coordinates);

    public static PixelGeometry Point(double x, double y) => new(PixelGeometryType.Point, [x, y]);

    /// <summary>The box as a polygon of five positions.</summary>
    public static PixelGeometry Box(PixelBounds box) => new(
        PixelGeometryType.Polygon,
        [box.MinX, box.MinY, box.MinX, box.MaxY, box.MaxX, box.MaxY, box.MaxX, box.MinY, box.MinX, box.MinY],
        [5]);

    /// <summary>The same geometry elsewhere: a tile's geometry becomes the image's by the tile's offset.</summary>
    public PixelGeometry Translate(double dx, double dy)
    {
        var moved = new double[_coordinates.Length];
        for (var i = 0; i < moved.Length; i += 2)
        {
            moved[i] = _coordinates[i] + dx;
            moved[i + 1] = _coordinates[i + 1] + dy;
        }

        return new PixelGeometry(Type, moved, _lineEnds, _partEnds);
    }

    /// <summary>The same geometry with every position moved to the nearest one between (0, 0) and this size.</summary>
    public PixelGeometry Clamp(double width, double height)
    {
        var clamped = new double[_coordinates.Length];
        for (var i = 0; i < clamped.Length; i += 2)
        {
            clamped[i] = Math.Clamp(_coordinates[i], 0, width);
            clamped[i + 1] = Math.Clamp(_coordinates[i + 1], 0, height);
        }

        return new PixelGeometry(Type, clamped, _lineEnds, _partEnds);
    }

    /// <summary>Writes the GeoJSON geometry object.</summary>
    public void WriteTo(Utf8JsonWriter writer) => WriteTo(writer, _coordinates, 2);

    /// <summary>Writes the GeoJSON geometry object with other coordinates in the same order, such as longitudes and latitudes.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="coordinates">As many positions as this geometry has.</param>
    /// <param name="dimensions">Numbers per position: 2, or 3 with heights.</param>
    /// <exception cref="ArgumentException">Another number of positions.</exception>
    public void WriteTo(Utf8JsonWriter writer, ReadOnlySpan<double> coordinates, int dimensions = 2)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (dimensions is not (2 or 3) || coordinates.Length / dimensions != _coordinates.Length / 2)
            throw new ArgumentException($"Expected {_coordinates.Length / 2} positions.", nameof(coordinates));
        writer.WriteStartObject();
        writer.WriteString("type"u8, Type.ToString());
        writer.WritePropertyName("coordinates"u8);
        WriteCoordinates(writer, coordinates, dimensions);
        writer.WriteEndObject();
    }

    private void WriteCoordinates(Utf8JsonWriter writer, ReadOnlySpan<double> coordinates, int dimensions)
    {
        var count = coordinates.Length / dimensions;
        switch (Type)
        {
            case PixelGeometryType.Point:
                WritePositions(writer, coordinates, dimensions, 0, 1);
                break;
            case PixelGeometryType.LineString:
                WriteArray(writer, coordinates, dimensions, 0, count);
                break;
            case PixelGeometryType.MultiPoint:
                WriteArray(writer, coordinates, dimensions, 0, count);
                break;
            case PixelGeometryType.MultiPolygon:
                writer.WriteStartArray();
                var ring = 0;
                foreach (var end in _partEnds)
                {
                    WriteLines(writer, coordinates, dimensions, ring, end);
                    ring = end;
                }

                writer.WriteEndArray();
                break;
            default:
                WriteLines(writer, coordinates, dimensions, 0, _lineEnds.Length);
                break;
        }
    }

    private void WriteLines(Utf8JsonWriter writer, ReadOnlySpan<double> coordinates, int dimensions, int from, int to)
    {
        writer.WriteStartArray();
        for (var line = from; line < to; line++)
            WriteArray(writer, coordinates, dimensions, line == 0 ? 0 : _lineEnds[line - 1], _lineEnds[line]);
        writer.WriteEndArray();
    }

    private static void WriteArray(Utf8JsonWriter writer, ReadOnlySpan<double> coordinates, int dimensions, int from, int to)
    {
        writer.WriteStartArray();
        WritePositions(writer, coordinates, dimensions, from, to);
        writer.WriteEndArray();
    }

    private static void WritePositions(Utf8JsonWriter writer, ReadOnlySpan<double> coordinates, int dimensions, int from, int to)
    {
        for (var position = from; position < to; position++)
        {
            writer.WriteStartArray();
            foreach (var value in coordinates.Slice(position * dimensions, dimensions))
                writer.WriteNumberValue(value);
            writer.WriteEndArray();
        }
    }
}
