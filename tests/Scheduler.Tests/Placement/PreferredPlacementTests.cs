using System.Text.Json;
using Swath.Contracts;
using Swath.Persistence.Placement;
using Swath.Scheduler.Placement;

namespace Swath.Scheduler.Tests.Placement;

/// <summary>Where there is capacity for everybody's preference, at least 99 of 100 regions go to a worker that is preferred most.</summary>
public sealed class PreferredPlacementTests
{
    private const int Workers = 500;
    private static readonly string[] Regions = ["us-west-2", "us-east-1", "eu-central-1"];

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.9)]
    public void TryPlace_SlotsForEveryPreference_GoesToPreferredWorkers(double share)
    {
        var board = new PlacementBoard([.. Enumerable.Range(0, Workers).Select(Worker)]);
        var jobs = (int)(share * Workers * 8);

        for (var job = 0; job < jobs; job++)
        {
            // A third each: by tag, by two tags, without a wish (which takes the slots that others may want).
            var affinity = (job % 3) switch
            {
                0 => Wish($"region={Regions[job / 3 % 3]}"),
                1 => Wish($"region={Regions[job / 3 % 3]}", $"hardware={(job / 9 % 2 == 0 ? "cpu" : "gpu")}"),
                _ => null,
            };
            Assert.Equal(PlacementOutcome.Placed, board.TryPlace(Guid.NewGuid(), "kind", affinity, regions: 1).Outcome);
        }

        Assert.Equal(jobs - (jobs / 3), board.PreferencePlacements);
        Assert.InRange((double)board.PreferredPlacements / board.PreferencePlacements, 0.99, 1);
    }

    [Fact]
    public void TryPlace_PreferredWorkersFull_TakesAnotherAndCountsIt()
    {
        var board = new PlacementBoard([Worker(0) with { Slots = 1 }, Worker(1)]);

        Assert.Equal(["worker-0"], board.TryPlace(Guid.NewGuid(), "kind", Wish("region=us-west-2"), regions: 1).Workers);
        Assert.Equal(["worker-1"], board.TryPlace(Guid.NewGuid(), "kind", Wish("region=us-west-2"), regions: 1).Workers);

        Assert.Equal((2, 1), (board.PreferencePlacements, board.PreferredPlacements));
    }

    private static WorkerState Worker(int number) => new()
    {
        WorkerId = $"worker-{number}",
        Slots = 8,
        Busy = 0,
        Tags = [$"region={Regions[number % 3]}", $"hardware={(number % 2 == 0 ? "cpu" : "gpu")}"],
        Capabilities = [],
        Kinds = new Dictionary<string, int>(),
        Guarded = [],
        Version = 1,
    };

    private static string Wish(params string[] tags) =>
        JsonSerializer.Serialize(new Affinity { Soft = new WorkerRule { Tags = tags } }, JsonSerializerOptions.Web);
}
