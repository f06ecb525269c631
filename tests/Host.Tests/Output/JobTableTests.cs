using Swath.Host.Output;
using Swath.Persistence.ReadSide;

namespace Swath.Host.Tests.Output;

public sealed class JobTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(110)]
    [InlineData(200)]
    public void FittedLines_AnyTerminal_AreOneLineAJobAndNoWider(int columns)
    {
        JobRow[] jobs =
        [
            Job("PartiallyCompleted", "a very long name of a harbour that was seen from above.tif", "2 of 484 tiles failed: the model answered 500", 1_234_567),
            Job("Completed", "港湾の画像\u001b[2J\n偽の行", null, 12),
            Job("Queued", "b", "WaitingForCapacity", 0),
        ];

        var lines = Lines(jobs, columns);

        Assert.Equal(jobs.Length + 1, lines.Count);
        Assert.All(lines, line => Assert.InRange(Printable.Columns(line), 1, columns));
        Assert.All(lines.Skip(1).Zip(jobs), line => Assert.StartsWith(line.Second.JobId.ToString()[..8], line.First, StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Any(char.IsControl));
    }

    [Fact]
    public void FittedLines_80Columns_ShowWhatMattersMost()
    {
        var lines = Lines([Job("Completed", "harbour.tif", null, 12), Job("Failed", "coast.tif", "NotFound: /data/coast.tif: there is no such file", 0)], 80);

        Assert.Equal("JOB       NAME         TENANT   STATE      TILES    FEATURES  AGE  NOTE", lines[0]);
        Assert.Matches(@"^\w{8}  harbour\.tif  default  Completed  121/121  12        5m$", lines[1]);
        Assert.Matches(@"^\w{8}  coast\.tif    default  Failed     121/121  0         5m   NotFound: /d…$", lines[2]);
    }

    private static List<string> Lines(JobRow[] jobs, int columns) =>
        [.. JobTable.FittedLines(jobs, jobs.ToDictionary(job => job.JobId, job => job.JobId.ToString()[..8]), Now, columns)];

    private static JobRow Job(string state, string name, string? failure, long features) => new()
    {
        JobId = Guid.NewGuid(),
        Name = name,
        Tenant = "default",
        State = state,
        ImageUrl = "a.tif",
        Endpoint = "http://m/",
        Priority = 10,
        RegionsTotal = 1,
        RegionsDone = 1,
        RegionsFailed = 0,
        TilesTotal = 121,
        TilesDone = 121,
        TilesFailed = 0,
        TilesStored = 121,
        Features = features,
        Results = [],
        Failure = failure,
        RequestedAt = Now.AddMinutes(-5),
    };
}
