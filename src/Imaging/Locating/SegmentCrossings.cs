using NetTopologySuite.Algorithm;
using NetTopologySuite.Geometries;
using NetTopologySuite.Noding;

namespace Swath.Imaging.Locating;

/// <summary>
/// Counts how often the lines of a geometry meet, with an end. Repairs, unions and intersections make a node of each meeting, and the lines of n
/// positions may meet n² / 2 times: what would take them minutes and gigabytes is known here in milliseconds.
/// </summary>
public static class SegmentCrossings
{
    /// <summary>Comparisons of two segments after which a geometry counts as too much of a tangle, however few of them meet.</summary>
    private const int MostComparisons = 5_000_000;

    /// <summary>Meetings that an overlay still does in a second, beside those of shapes that only share edges.</summary>
    private const int MostMeetings = 20_000;

    // Positions beyond these make no more room for meetings.
    private const int MostPositionsThatCount = 20_000;

    /// <summary>True when a repair, union or intersection of the geometry takes about a second at most.</summary>
    public static bool AreFew(Geometry geometry)
    {
        ArgumentNullException.ThrowIfNull(geometry);
        var counter = new Counter(MostMeetings + (4L * Math.Min(geometry.NumPoints, MostPositionsThatCount)));
        var noder = new MCIndexNoder(counter);
        noder.ComputeNodes(SegmentStringUtil.ExtractSegmentStrings(geometry));
        return !counter.IsDone;
    }

    private sealed class Counter(long mostMeetings) : ISegmentIntersector
    {
        private readonly RobustLineIntersector _intersector = new();
        private long _meetings;
        private long _comparisons;

        public bool IsDone => _meetings > mostMeetings || _comparisons > MostComparisons;

        public void ProcessIntersections(ISegmentString e0, int segIndex0, ISegmentString e1, int segIndex1)
        {
            if (IsDone || (ReferenceEquals(e0, e1) && segIndex0 == segIndex1))
                return;
            _comparisons++;
            _intersector.ComputeIntersection(
                e0.Coordinates[segIndex0], e0.Coordinates[segIndex0 + 1], e1.Coordinates[segIndex1], e1.Coordinates[segIndex1 + 1]);
            if (_intersector.HasIntersection && !AreNeighbours(e0, segIndex0, e1, segIndex1))
                _meetings++;
        }

        private static bool AreNeighbours(ISegmentString e0, int segIndex0, ISegmentString e1, int segIndex1) =>
            ReferenceEquals(e0, e1) && (Math.Abs(segIndex0 - segIndex1) == 1 || (e0.IsClosed && Math.Abs(segIndex0 - segIndex1) == e0.Count - 2));
    }
}
