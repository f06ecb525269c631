using System.Text.Json;
using Swath.Contracts;

namespace Swath.Imaging.Tests.Locating;

/// <summary>
/// SICD images of a satellite that is made up. The truth is computed apart, from the ground to the pixel: ranges and their numerical derivatives along the
/// path, brought to the grid by Newton's method, with PROJ's ellipsoid.
/// </summary>
public sealed class SicdTests : IDisposable
{
    private const string Make = """
        import json, math, sys
        from osgeo import gdal, osr
        gdal.UseExceptions()
        path, grid, side = sys.argv[1:4]
        def system(code):
            made = osr.SpatialReference()
            made.ImportFromEPSG(code)
            made.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
            return made
        ecf = osr.CoordinateTransformation(system(4979), system(4978))
        place = lambda lon, lat, h: ecf.TransformPoint(lon, lat, h)
        add = lambda a, b, f=1: [p + f * q for p, q in zip(a, b)]
        dot = lambda a, b: sum(p * q for p, q in zip(a, b))
        norm = lambda a: math.sqrt(dot(a, a))
        unit = lambda a: [p / norm(a) for p in a]
        cross = lambda a, b: [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
        lon0, lat0, h0 = 139.5, 35.25, 120.0
        scp = place(lon0, lat0, h0)
        up = unit(add(place(lon0, lat0, h0 + 1000), scp, -1))
        north = unit(add(place(lon0, lat0 + 0.001, h0), scp, -1))
        east = cross(north, up)
        left = side == 'L'
        # Flying north; a sensor that looks left has the scene in the west of its path.
        start = add(add(add(scp, up, 510e3), east, 420e3 if left else -420e3), north, 9e3)
        speed = add(add([0, 0, 0], north, 7500), up, 12)
        pull = add([0, 0, 0], up, -8.1)
        arp = lambda t: add(add(start, speed, t), pull, t * t / 2)
        def rate(f, t, e=1e-3):
            return (f(t + e) - f(t - e)) / (2 * e)
        distance = lambda p, t: norm(add(arp(t), p, -1))
        time = [[0.4, 2e-5], [1e-5, 0]]
        poly2 = lambda c, x, y: sum(c[i][j] * x ** i * y ** j for i in range(len(c)) for j in range(len(c[i])))
        sight = unit(add(scp, arp(0.4), -1))
        normal = unit(cross(sight, speed))
        u_row = sight
        u_col = unit(cross(normal, sight))
        extra, model = '', None
        if grid == 'PLANE':
            def model(row, col):
                t = poly2(time, row, col)
                p = add(add(scp, u_row, row), u_col, col)
                return t, distance(p, t), rate(lambda s: distance(p, s), t)
        elif grid == 'PFA':
            angle, scale = [0.01, 0.012, -3e-5], [1.0, 2e-4, -0.4]
            one = lambda c, x: sum(v * x ** i for i, v in enumerate(c))
            f = lambda row, col, s: one(scale, one(angle, s)) * (row * math.cos(one(angle, s)) + col * math.sin(one(angle, s)))
            def model(row, col):
                t = poly2(time, row, col)
                return t, distance(scp, t) + f(row, col, t), rate(lambda s: distance(scp, s) + f(row, col, s), t)
            coefs = lambda c: ''.join('<Coef exponent1="%d">%r</Coef>' % (i, v) for i, v in enumerate(c))
            extra = '<PFA><PolarAngPoly order1="2">%s</PolarAngPoly><SpatialFreqSFPoly order1="2">%s</SpatialFreqSFPoly></PFA>' % (coefs(angle), coefs(scale))
        elif grid == 'INCA':
            closest = [rate and 0.0]
            low, high = -60.0, 60.0
            for _ in range(200):
                a, b = low + (high - low) / 3, high - (high - low) / 3
                low, high = (low, b) if distance(scp, a) < distance(scp, b) else (a, high)
            t_scp = (low + high) / 2
            ca = [t_scp, 1 / 7000.0]
            time = [[ca[0], ca[1]]]
            def model(row, col):
                return ca[0] + ca[1] * col, distance(scp, t_scp) + row, 0.0
            extra = '<RMA><INCA><TimeCAPoly order1="1"><Coef exponent1="0">%r</Coef><Coef exponent1="1">%r</Coef></TimeCAPoly><R_CA_SCP>%r</R_CA_SCP><DRateSFPoly order1="0" order2="0"><Coef exponent1="0" exponent2="0">0.98</Coef></DRateSFPoly></INCA></RMA>' % (ca[0], ca[1], distance(scp, t_scp))
        def to_grid(p):
            g = [0.0, 0.0]
            def misfit(g):
                t, r, v = model(*g)
                return [distance(p, t) - r, rate(lambda s: distance(p, s), t) - v]
            for _ in range(25):
                m, e = misfit(g), 1.0
                jx = [(a - b) / e for a, b in zip(misfit([g[0] + e, g[1]]), m)]
                jy = [(a - b) / e for a, b in zip(misfit([g[0], g[1] + e]), m)]
                det = jx[0] * jy[1] - jy[0] * jx[1]
                g = [g[0] - (jy[1] * m[0] - jy[0] * m[1]) / det, g[1] - (jx[0] * m[1] - jx[1] * m[0]) / det]
            return g
        ss_row, ss_col, first_row, first_col, row0, col0 = 0.8, 0.7, 1000, 2000, 1900, 2350
        truth = []
        for de in (-500, 0, 350):
            for dn in (-300, 0, 280):
                lon, lat, h = lon0 + de / 91000.0, lat0 + dn / 111000.0, h0
                g = to_grid(place(lon, lat, h))
                truth.append([g[1] / ss_col + col0 - first_col + 0.5, g[0] / ss_row + row0 - first_row + 0.5, lon, lat])
        xyz = lambda v: '<X>%r</X><Y>%r</Y><Z>%r</Z>' % tuple(v)
        axis = lambda i: ''.join('<Coef exponent1="%d">%r</Coef>' % (k, v) for k, v in enumerate([start[i], speed[i], pull[i] / 2]))
        two = ''.join('<Coef exponent1="%d" exponent2="%d">%r</Coef>' % (i, j, v) for i, row in enumerate(time) for j, v in enumerate(row))
        kind = {'PLANE': 'PLANE', 'PFA': 'RGAZIM', 'INCA': 'RGZERO'}[grid]
        xml = ('<SICD xmlns="urn:SICD:1.3.0"><ImageData><FirstRow>%d</FirstRow><FirstCol>%d</FirstCol><SCPPixel><Row>%d</Row><Col>%d</Col></SCPPixel></ImageData>'
            '<GeoData><SCP><ECF>%s</ECF><LLH><Lat>%r</Lat><Lon>%r</Lon><HAE>%r</HAE></LLH></SCP></GeoData>'
            '<Grid><Type>%s</Type><TimeCOAPoly order1="1" order2="1">%s</TimeCOAPoly><Row><UVectECF>%s</UVectECF><SS>%r</SS></Row><Col><UVectECF>%s</UVectECF><SS>%r</SS></Col></Grid>'
            '<Position><ARPPoly><X order1="2">%s</X><Y order1="2">%s</Y><Z order1="2">%s</Z></ARPPoly></Position><SCPCOA><SideOfTrack>%s</SideOfTrack></SCPCOA>%s</SICD>') % (
            first_row, first_col, row0, col0, xyz(scp), lat0, lon0, h0, kind, two, xyz(u_row), ss_row, xyz(u_col), ss_col, axis(0), axis(1), axis(2), side, extra)
        image = gdal.GetDriverByName('MEM').Create('', 1200, 1800, 2, gdal.GDT_Float32)
        gdal.GetDriverByName('NITF').CreateCopy(path, image, options=['NUMDES=1', 'DES=XML_DATA_CONTENT=02U' + ' ' * 166 + '0000' + xml])
        print(json.dumps(truth))
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("PLANE", "L")]
    [InlineData("PLANE", "R")]
    [InlineData("PFA", "L")]
    [InlineData("PFA", "R")]
    [InlineData("INCA", "R")]
    public async Task TryLocate_Sicd_IsWhereTheRadarSawIt(string grid, string side)
    {
        var path = _folder.File("sicd.ntf");
        var truth = JsonSerializer.Deserialize<double[][]>(await GdalOracle.RunAsync(Make, path, grid, side))!;
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        Assert.Equal(Georeferencing.SensorModel, image.Header.Georeferencing);
        Assert.Null(image.UnsupportedSensorModel);
        using var locator = ImageLocator.For(image)!;
        foreach (var point in truth)
        {
            // 1e-7 degrees are a centimetre.
            Assert.True(locator.TryLocate(point[0], point[1], out var longitude, out var latitude));
            Assert.Equal(point[2], longitude, 2e-7);
            Assert.Equal(point[3], latitude, 2e-7);
            Assert.True(locator.TryToPixel(point[2], point[3], out var x, out var y));
            Assert.Equal(point[0], x, 0.02);
            Assert.Equal(point[1], y, 0.02);
        }
    }

    [SkippableFact]
    public async Task TryLocate_SicdAtAnotherHeight_MovesAwayFromTheSensor()
    {
        var path = _folder.File("sicd.ntf");
        await GdalOracle.RunAsync(Make, path, "PLANE", "R");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        using var low = ImageLocator.For(image)!;
        image.Locating = new() { HeightMeters = 620 };
        using var high = ImageLocator.For(image)!;
        Assert.True(low.TryLocate(600, 900, out var lowLongitude, out _));
        Assert.True(high.TryLocate(600, 900, out var highLongitude, out _));

        // The sensor passes in the west; at the same range, what is higher lies farther: 500 m times 510 km / 420 km.
        Assert.InRange((highLongitude - lowLongitude) * 91_000, 450, 750);
    }

    [SkippableFact]
    public async Task Encode_Sicd_TilesKeepTheSamplesAndNitfItsCorners()
    {
        var path = _folder.File("sicd.ntf");
        await GdalOracle.RunAsync(Make, path, "PFA", "R");
        using var image = ImageFile.Open(path, ImagingLimits.Default);
        foreach (var format in new[] { TileFormat.Gtiff, TileFormat.Nitf })
        {
            using var encoder = new TileEncoder(format, TileCompression.None);
            using var tile = encoder.Encode(image, new PixelWindow(100, 200, 256, 128));
            using var chip = ImageFile.Open(_folder.Write("tile", tile.Payload.Span), ImagingLimits.Default);
            Assert.Equal((2, "Float32"), (chip.Header.Bands, chip.Header.SampleType));
            Assert.Equal(format == TileFormat.Nitf, chip.Header.Georeferencing != Georeferencing.None);
        }
    }
}
