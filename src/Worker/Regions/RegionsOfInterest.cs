using Swath.Contracts;
using Swath.Imaging;

namespace Swath.Worker.Regions;

/// <summary>
/// The regions of interest of the jobs that this worker has in hand. Parsing, projecting and repairing one may take a second, and every region of its job
/// needs the same: it is done once.
/// </summary>
internal sealed class RegionsOfInterest
{
    // More jobs than a worker has in hand; each costs what its positions take.
    private const int MostKept = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<Key, Lazy<RegionOfInterest>> _known = [];
    private readonly Queue<Key> _order = [];

    /// <summary>The region that a job asks for, in its image's pixels; null when all of the image is asked for.</summary>
    /// <exception cref="ImageException">It can't be found in the image.</exception>
    public RegionOfInterest? Of(ProcessRegion work, ImageFile image, ImagingLimits limits)
    {
        if (work.RegionOfInterest is not { } wkt)
            return null;
        var key = new Key(work.JobId, wkt, image.Header.Width, image.Header.Height);
        var region = Find(key, () => RegionOfInterest.FromWkt(wkt, image, limits));
        try
        {
            return region.Value;
        }
        finally
        {
            // What failed is not kept: it may have been the image's server that was away.
            if (!region.IsValueCreated)
            {
                lock (_gate)
                    _known.Remove(key);
            }
        }
    }

    private Lazy<RegionOfInterest> Find(Key key, Func<RegionOfInterest> make)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(key, out var region))
                return region;
            _known[key] = region = new Lazy<RegionOfInterest>(make);
            _order.Enqueue(key);
            if (_order.Count > MostKept)
                _known.Remove(_order.Dequeue());
            return region;
        }
    }

    private readonly record struct Key(Guid JobId, string Wkt, int Width, int Height);
}
