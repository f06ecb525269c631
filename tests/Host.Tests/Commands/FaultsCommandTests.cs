using Swath.Host.Commands;

namespace Swath.Host.Tests.Commands;

public sealed class FaultsCommandTests
{
    private static readonly Guid Job = Guid.Parse("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9");

    [Theory]
    [InlineData("0a1b2c3d", true)]
    [InlineData("0A1B2C3D-4E", true)]
    [InlineData("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", true)]
    [InlineData("1b2c", false)]
    [InlineData("", false)]
    public void BeginsWith_Digits_MeansTheJob(string digits, bool means) => Assert.Equal(means, FaultsCommand.BeginsWith(Job, digits));

    [Fact]
    public void BeginsWith_FaultOfNoJob_IsFalse() => Assert.False(FaultsCommand.BeginsWith(null, "0a"));

    [Fact]
    public void Ambiguous_ManyJobs_NamesSome()
    {
        var sentence = JobArgument.Ambiguous("0a", [.. Enumerable.Repeat(Job, 9)]);

        Assert.StartsWith($"More than one job begins with 0a: {Job}, {Job}", sentence, StringComparison.Ordinal);
        Assert.EndsWith(", .... Give more digits.", sentence, StringComparison.Ordinal);
    }
}
