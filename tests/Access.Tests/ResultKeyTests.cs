using Swath.Access.Buckets;
using Swath.Contracts;

namespace Swath.Access.Tests;

public sealed class ResultKeyTests
{
    private static readonly Guid Job = new("3f2b0c1e-0000-4000-8000-000000000001");

    [Theory]
    [InlineData(null, "3f2b0c1e-0000-4000-8000-000000000001.geojson")]
    [InlineData("a/b/", "a/b/3f2b0c1e-0000-4000-8000-000000000001.geojson")]
    public void Of_NoExternalId_IsTheJobsId(string? prefix, string key) => Assert.Equal(key, ResultKey.Of(prefix, Job, null));

    [Theory]
    [InlineData("harbour-2024", "harbour-2024")]
    [InlineData("harbour 7 (b)", "harbour 7 (b)")]
    [InlineData("harbour/7", "harbour%2F7")]
    [InlineData("../../secrets", "..%2F..%2Fsecrets")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("a\nb\u001b", "a%0Ab%1B")]
    [InlineData("hafen-ü", "hafen-%C3%BC")]
    public void Of_IdOfWhichTheJobsIdIsMade_IsOnePartOfTheKey(string externalId, string name) =>
        Assert.Equal($"p/{name}.geojson", ResultKey.Of("p", ExternalIds.JobIdOf(externalId), externalId));

    [Fact]
    public void Of_OtherJobWithTheSameExternalId_IsAnotherObject()
    {
        var first = ExternalIds.JobIdOf("harbour");

        Assert.Equal("p/harbour.geojson", ResultKey.Of("p", first, "harbour"));
        Assert.Equal($"p/harbour@{Job}.geojson", ResultKey.Of("p", Job, "harbour"));

        // Nor does an id that looks like the other's name lead to it.
        Assert.NotEqual(ResultKey.Of("p", Job, "harbour"), ResultKey.Of("p", ExternalIds.JobIdOf($"harbour@{Job}"), $"harbour@{Job}"));
        Assert.NotEqual(ResultKey.Of("p", first, null), ResultKey.Of("p", Job, first.ToString()));
        Assert.NotEqual(ResultKey.Of("a", ExternalIds.JobIdOf("b/c"), "b/c"), ResultKey.Of("a/b", ExternalIds.JobIdOf("c"), "c"));
    }

    [Theory]
    [InlineData("a/../b", false)]
    [InlineData("./a", false)]
    [InlineData("..", false)]
    [InlineData("/a", false)]
    [InlineData("a\u0001", false)]
    [InlineData("a..b/c.d", true)]
    [InlineData(null, true)]
    public void ProblemOf_Prefix_IsAPlainPath(string? prefix, bool good) => Assert.Equal(good, ResultKey.ProblemOf(prefix) is null);
}
