namespace Swath.Imaging;

/// <summary>How the samples of several bands lie in memory.</summary>
public enum SampleOrder
{
    /// <summary>All of band 1, then all of band 2: RRR GGG BBB.</summary>
    BandSequential,

    /// <summary>All bands of a pixel together: RGB RGB RGB.</summary>
    PixelInterleaved,
}
