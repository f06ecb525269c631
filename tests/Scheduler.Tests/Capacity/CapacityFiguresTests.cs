using FsCheck;
using FsCheck.Fluent;
using Swath.Scheduler.Capacity;

namespace Swath.Scheduler.Tests.Capacity;

public sealed class CapacityFiguresTests
{
    [Theory]
    [InlineData(100, 0.8, 50, 30)]
    [InlineData(50, 1.0, 30, 20)]
    [InlineData(200, 1.2, 100, 140)]
    public void Target_LessReserved_IsAvailable(int maxCapacity, double percentage, int reserved, int available) =>
        Assert.Equal(available, CapacityTarget.Of(maxCapacity, percentage) - reserved);

    [Theory]
    [InlineData(10, 0.7, 7)]
    [InlineData(1, 0.5, 1)]
    [InlineData(0, 1.0, 0)]
    [InlineData(int.MaxValue, 2.0, int.MaxValue)]
    public void Target_AtTheEdges_IsRoundedDownButNeverToNothing(int maxCapacity, double percentage, int target) =>
        Assert.Equal(target, CapacityTarget.Of(maxCapacity, percentage));

    [Theory]
    [InlineData(10, 4, 40)]
    [InlineData(null, 4, 80)]
    public void Load_RegionsTimesWorkers_TwentyRegionsWhereUnknown(int? regions, int tileWorkers, int load) =>
        Assert.Equal(load, JobLoad.Of(regions, tileWorkers));

    [Fact]
    public void Target_AnyCapacityAndPercentage_IsTheirProductRoundedDown() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(
            (from capacity in Gen.Choose(1, 100_000) from percent in Gen.Choose(1, 300) select (capacity, percent)).ToArbitrary(),
            @case => CapacityTarget.Of(@case.capacity, @case.percent / 100.0) == Math.Max(1, @case.capacity * @case.percent / 100)));

    [Fact]
    public void Load_AnyRegionsAndWorkers_IsTheirProduct() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(
            (from regions in Gen.Choose(1, 10_000) from workers in Gen.Choose(1, 10_000) select (regions, workers)).ToArbitrary(),
            @case => JobLoad.Of(@case.regions, @case.workers) == @case.regions * @case.workers
                && JobLoad.Of(null, @case.workers) == 20 * @case.workers));
}
