using System.Diagnostics;
using System.Text;

namespace Swath.Contracts.Tests;

public sealed class WktSizeTests
{
    [Theory]
    [InlineData("", 0, 0, 0)]
    [InlineData("POINT (1 2)", 1, 2, 1)]
    [InlineData("POLYGON ((0 0, 1 0, 1 1, 0 0), (0.1 0.1, .2 -.1, +0.2 0.2, 0.1 0.1))", 2, 4, 8)]
    [InlineData("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))", 3, 4, 4)]
    [InlineData("GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1), POINT EMPTY)", 2, 7, 3)]
    public void Of_Wkt_CountsLevelsPartsAndPositions(string wkt, int depth, int parts, int vertices) =>
        Assert.Equal(new WktSize(depth, wkt.Length == 0 ? 0 : parts, vertices), WktSize.Of(wkt));

    [Fact]
    public void Of_AMegabyteOfAnything_TakesNoTime()
    {
        var clock = Stopwatch.StartNew();
        foreach (var text in new[] { "(", ")", ",", "1,", "GEOMETRYCOLLECTION(", "()", "\0", "NaN NaN," })
            WktSize.Of(new StringBuilder().Insert(0, text, (1 << 20) / text.Length).ToString());

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"It took {clock.Elapsed}.");
    }
}
