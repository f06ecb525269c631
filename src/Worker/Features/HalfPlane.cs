using System.Runtime.InteropServices;

namespace Swath.Worker.Features;

/// <summary>
/// One side of a line along an axis. Cutting a polygon by it takes the time of sorting the places where its rings cross the line: what is inside between two
/// crossings stays as it is, and the crossings are joined along the line in their order, the first with the second, the third with the fourth. A
/// concave ring so falls into its parts, without the bridges of zero width that go along the line in simpler methods (Sutherland and Hodgman 1974);
/// of a ring that crosses itself, the parts are those inside by the even-odd rule, and no crossing of its own is looked for.
/// </summary>
/// <param name="Axis">0: the line is x = <paramref name="Bound"/>; 1: y = <paramref name="Bound"/>.</param>
/// <param name="Bound">Where the line is; positions on it are inside.</param>
/// <param name="Above">Whether the side of greater values is kept.</param>
internal readonly record struct HalfPlane(int Axis, double Bound, bool Above)
{
    /// <summary>The part of one polygon inside, as polygons: each its shell, then its holes. Rings are not closed: their last position is not their first.</summary>
    public List<List<Position[]>> Cut(List<Position[]> polygon)
    {
        var shell = polygon[0];
        if (!Array.Exists(shell, IsInside))
            return [];
        var chains = new List<List<Position>>();
        var whole = new List<Position[]>();
        foreach (var ring in polygon)
        {
            var outside = IndexOutside(ring);
            if (outside < 0)
                whole.Add(ring);
            else if (Array.Exists(ring, IsInside))
                AddChains(ring, outside, chains);
        }

        // Of a shell that lies inside whole, only holes can have been cut that reach out of it.
        return IndexOutside(shell) < 0 ? [[.. whole, .. Join(chains)]] : WithHoles(Join(chains), whole);
    }

    /// <summary>The parts of a line inside.</summary>
    public List<Position[]> CutLine(Position[] line)
    {
        var parts = new List<List<Position>>();
        List<Position>? part = null;
        for (var i = 0; i < line.Length; i++)
        {
            var isInside = IsInside(line[i]);
            if (i > 0 && isInside != IsInside(line[i - 1]))
            {
                var crossing = Crossing(line[i - 1], line[i]);
                if (isInside)
                    parts.Add(part = [crossing]);
                else
                    part!.Add(crossing);
            }

            if (!isInside)
                part = null;
            else if (part is null)
                parts.Add(part = [line[i]]);
            else
                part.Add(line[i]);
        }

        return [.. parts.Select(Distinct).Where(distinct => distinct.Length > 1)];
    }

    public bool IsInside(Position position) => Above ? position[Axis] >= Bound : position[Axis] <= Bound;

    private int IndexOutside(Position[] ring)
    {
        for (var i = 0; i < ring.Length; i++)
        {
            if (!IsInside(ring[i]))
                return i;
        }

        return -1;
    }

    // Each from the crossing where the ring comes in to the one where it leaves.
    private void AddChains(Position[] ring, int outside, List<List<Position>> chains)
    {
        List<Position>? chain = null;
        var previous = ring[outside];
        for (var step = 1; step <= ring.Length; step++)
        {
            var position = ring[(outside + step) % ring.Length];
            if (IsInside(position))
            {
                if (chain is null)
                    chains.Add(chain = [Crossing(previous, position)]);
                chain.Add(position);
            }
            else if (chain is not null)
            {
                chain.Add(Crossing(previous, position));
                chain = null;
            }

            previous = position;
        }
    }

    private Position Crossing(Position a, Position b)
    {
        var part = (Bound - a[Axis]) / (b[Axis] - a[Axis]);
        var across = a[1 - Axis] + (part * (b[1 - Axis] - a[1 - Axis]));
        return Axis == 0 ? new Position(Bound, across) : new Position(across, Bound);
    }

    // Each chain has two ends, and each end is joined with one other along the line: following both in turn leads around.
    private List<Position[]> Join(List<List<Position>> chains)
    {
        var axis = 1 - Axis;
        var ends = new int[2 * chains.Count];
        for (var i = 0; i < ends.Length; i++)
            ends[i] = i;
        Array.Sort(Array.ConvertAll(ends, end => PositionOf(chains, end)[axis]), ends);
        var partner = new int[ends.Length];
        for (var i = 0; i < ends.Length; i += 2)
            (partner[ends[i]], partner[ends[i + 1]]) = (ends[i + 1], ends[i]);

        var rings = new List<Position[]>();
        var isUsed = new bool[chains.Count];
        for (var first = 0; first < chains.Count; first++)
        {
            var ring = new List<Position>();
            for (var end = 2 * first; !isUsed[end / 2]; end = partner[end ^ 1])
            {
                isUsed[end / 2] = true;
                var chain = CollectionsMarshal.AsSpan(chains[end / 2]);
                var start = ring.Count;
                ring.AddRange(chain);
                if (end % 2 == 1)
                    ring.Reverse(start, chain.Length);
            }

            if (ring.Count > 0 && AsRing(ring) is { } joined)
                rings.Add(joined);
        }

        return rings;
    }

    private static Position PositionOf(List<List<Position>> chains, int end) => chains[end / 2][end % 2 == 0 ? 0 : ^1];

    // The shell was cut, so that every joined ring is the shell of a part. A hole that was not cut lies in one of them.
    private static List<List<Position[]>> WithHoles(List<Position[]> shells, List<Position[]> holes)
    {
        var parts = shells.ConvertAll(shell => new List<Position[]> { shell });
        if (parts.Count == 1)
        {
            parts[0].AddRange(holes);
            return parts;
        }

        var extents = shells.ConvertAll(Extent.Of);
        foreach (var hole in holes)
        {
            // A hole may touch its shell in a position, which then is in no part or in another: most of three decide.
            ReadOnlySpan<Position> asked = [hole[0], hole[hole.Length / 3], hole[2 * hole.Length / 3]];
            for (var i = 0; i < parts.Count; i++)
            {
                if (!extents[i].Has(asked) || !AreMostIn(asked, parts[i][0]))
                    continue;
                parts[i].Add(hole);
                break;
            }
        }

        return parts;
    }

    private static bool AreMostIn(ReadOnlySpan<Position> asked, Position[] shell)
    {
        var inside = 0;
        foreach (var position in asked)
        {
            if (Position.IsIn(position, shell))
                inside++;
        }

        return inside >= 2;
    }

    private static Position[]? AsRing(List<Position> positions)
    {
        var ring = Distinct(positions);
        if (ring.Length > 1 && ring[^1] == ring[0])
            ring = ring[..^1];
        if (ring.Length < 3)
            return null;
        var (first, second) = (ring[0], ring[1]);
        foreach (var third in ring)
        {
            if (((second.X - first.X) * (third.Y - first.Y)) != ((third.X - first.X) * (second.Y - first.Y)))
                return ring;
        }

        return null;
    }

    private static Position[] Distinct(List<Position> positions)
    {
        var distinct = new List<Position>(positions.Count);
        foreach (var position in positions)
        {
            if (distinct.Count == 0 || distinct[^1] != position)
                distinct.Add(position);
        }

        return [.. distinct];
    }

    private readonly record struct Extent(double Left, double Top, double Right, double Bottom)
    {
        public static Extent Of(Position[] ring) =>
            new(ring.Min(position => position.X), ring.Min(position => position.Y), ring.Max(position => position.X), ring.Max(position => position.Y));

        public bool Has(ReadOnlySpan<Position> asked)
        {
            foreach (var position in asked)
            {
                if (position.X < Left || position.X > Right || position.Y < Top || position.Y > Bottom)
                    return false;
            }

            return true;
        }
    }
}
