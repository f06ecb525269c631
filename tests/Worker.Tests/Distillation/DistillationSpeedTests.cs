using Swath.Contracts;
using Swath.Endpoints;
using Swath.Worker.Distillation;
using static Swath.Worker.Tests.Distillation.Scenes;

namespace Swath.Worker.Tests.Distillation;

/// <summary>Measured in CPU time, so that a busy machine fails nothing, and alone: other tests at the same time would be measured with them.</summary>
[CollectionDefinition(nameof(DistillationSpeedTests), DisableParallelization = true)]
[Collection(nameof(DistillationSpeedTests))]
public sealed class DistillationSpeedTests
{
    private static readonly PostProcessingStep Nms = new() { Algorithm = DistillationAlgorithm.Nms, IouThreshold = 0.5 };

    [Fact]
    public void Distil_AMillionFeatures_TakesLessThanTenSeconds()
    {
        var layout = Grid(40, 40, 1024, 300);
        var random = new Random(7);
        var candidates = new DistillationCandidate[1_000_000];
        for (var i = 0; i < candidates.Length; i++)
        {
            var tile = random.Next(layout.Windows.Count);
            var window = layout.Windows[tile];
            var x = window.X + (random.NextDouble() * 980);
            var y = window.Y + (random.NextDouble() * 980);
            candidates[i] = new(new PixelBounds(x, y, x + 8 + (random.NextDouble() * 36), y + 8 + (random.NextDouble() * 36)), random.NextDouble(), random.Next(4), tile, i);
        }

        var before = Environment.CpuUsage.TotalTime;
        var result = Distiller.Distil(candidates, layout, [PostProcessingStep.Default with { IouThreshold = 0.3 }]);
        var taken = Environment.CpuUsage.TotalTime - before;
        Assert.True(taken < TimeSpan.FromSeconds(10), $"Took {taken}.");
        Assert.True(result.Duplicates > 1000);
    }

    [Theory]
    [InlineData(DistillationAlgorithm.Nms, SoftNmsPenalty.Gaussian)]
    [InlineData(DistillationAlgorithm.SoftNms, SoftNmsPenalty.Gaussian)]
    [InlineData(DistillationAlgorithm.SoftNms, SoftNmsPenalty.Linear)]
    public void Distil_OneBoxHalfAMillionTimesInTwoTiles_IsNotQuadratic(DistillationAlgorithm algorithm, SoftNmsPenalty penalty)
    {
        var layout = Grid(2, 1, 1024, 100);
        var candidates = Enumerable.Range(0, 400_000).Select(i => Box(950, 10, 980, 40, tile: i % 2, score: 0.5, index: i)).ToArray();
        var before = Environment.CpuUsage.TotalTime;
        var result = Distiller.Distil(candidates, layout, [Nms with { Algorithm = algorithm, Penalty = penalty }]);
        var taken = Environment.CpuUsage.TotalTime - before;
        Assert.True(taken < TimeSpan.FromSeconds(10), $"Took {taken}.");
        Assert.Equal(200_000, result.Duplicates + result.BelowThreshold);
    }
}
