using System.Xml.Linq;

namespace Swath.Imaging.Locating;

/// <summary>
/// What a SICD says of its collection and its grid, as far as places are computed from it (NGA.STND.0024, SICD volume 1). Metres, seconds, radians;
/// positions are earth-centred. Row and column coordinates are metres from the scene's centre point (SCP).
/// </summary>
internal sealed record SicdMetadata
{
    private SicdMetadata(XElement root)
    {
        var image = root.Get("ImageData");
        FirstRow = image.Number("FirstRow");
        FirstColumn = image.Number("FirstCol");
        CentreRow = image.Get("SCPPixel").Number("Row");
        CentreColumn = image.Get("SCPPixel").Number("Col");
        var centre = root.Get("GeoData").Get("SCP");
        Centre = centre.Get("ECF").Vector();
        CentreHeight = centre.Get("LLH").Number("HAE");
        var grid = root.Get("Grid");
        GridType = grid.Text("Type");
        (Row, RowSpacing) = (grid.Get("Row").Get("UVectECF").Vector(), grid.Get("Row").Number("SS"));
        (Column, ColumnSpacing) = (grid.Get("Col").Get("UVectECF").Vector(), grid.Get("Col").Number("SS"));
        TimeOfAperture = grid.Get("TimeCOAPoly").Polynomial();
        var path = root.Get("Position").Get("ARPPoly");
        Path = [path.Get("X").Polynomial(), path.Get("Y").Polynomial(), path.Get("Z").Polynomial()];
        LooksLeft = root.Get("SCPCOA").Text("SideOfTrack") == "L";
        Pfa = root.Find("PFA");
        Inca = root.Find("RMA")?.Find("INCA");
        RangeAzimuth = root.Find("RgAzComp");
    }

    public double FirstRow { get; }

    public double FirstColumn { get; }

    public double CentreRow { get; }

    public double CentreColumn { get; }

    public Vector Centre { get; }

    /// <summary>Metres above the ellipsoid.</summary>
    public double CentreHeight { get; }

    /// <summary><c>RGAZIM</c>, <c>RGZERO</c>, <c>XRGYCR</c>, <c>XCTYAT</c> or <c>PLANE</c>.</summary>
    public string GridType { get; }

    public Vector Row { get; }

    public double RowSpacing { get; }

    public Vector Column { get; }

    public double ColumnSpacing { get; }

    /// <summary>Time of the centre of aperture, by row and column coordinate.</summary>
    public Polynomial TimeOfAperture { get; }

    /// <summary>Position of the aperture's reference point, by time: x, y, z.</summary>
    public Polynomial[] Path { get; }

    public bool LooksLeft { get; }

    public XElement? Pfa { get; }

    public XElement? Inca { get; }

    public XElement? RangeAzimuth { get; }

    /// <exception cref="FormatException">Something is missing, or is no number.</exception>
    public static SicdMetadata Of(XElement root) => new(root);
}
