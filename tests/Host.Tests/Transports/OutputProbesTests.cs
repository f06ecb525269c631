using Microsoft.Extensions.DependencyInjection;
using Swath.Contracts;
using Swath.Endpoints;
using Swath.Host.Composition;
using Swath.Host.Composition.Transports;
using Swath.Intake;
using Swath.Worker.Sinks;

namespace Swath.Host.Tests.Transports;

/// <summary>Which problems of outputs count where they are found on another machine than the one that will write.</summary>
public sealed class OutputProbesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("swath-outputs-").FullName;

    [Theory]
    [InlineData("inmemory", false, true)]
    [InlineData("rabbitmq", false, false)]
    [InlineData("rabbitmq", true, true)]
    public async Task ProblemsAsync_FolderInThePlaceOfAFile_CountsWhereTheWorkerSeesTheSame(string transport, bool seesOutputs, bool counts)
    {
        var problems = await ProblemsAsync(transport, seesOutputs, OutputSink.ToFile(_folder));

        Assert.Equal(counts ? 1 : 0, problems.Count);
    }

    [Theory]
    [InlineData("inmemory")]
    [InlineData("rabbitmq")]
    public async Task ProblemsAsync_FlatGeobufOfAnImageWithoutPlace_CountsEverywhere(string transport)
    {
        var problem = Assert.Single(await ProblemsAsync(transport, false, OutputSink.ToFile("/elsewhere/mounted/a.fgb")));

        Assert.Contains("no georeferencing", problem, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder);

    private static async Task<IReadOnlyList<string>> ProblemsAsync(string transport, bool seesOutputs, OutputSink output)
    {
        await using var services = new ServiceCollection().AddLogging().AddSwathEndpoints().AddSwathSinks()
            .Configure<IntakeOptions>(options => options.SeesOutputs = seesOutputs)
            .BuildServiceProvider();
        var probes = ActivatorUtilities.CreateInstance<OutputProbes>(services, TransportChoice.Of(new TransportOptions { Transport = transport }));
        var image = new ImageHeader { Width = 8, Height = 8, Bands = 1, SampleType = "Byte", Driver = "PNG", Georeferencing = Georeferencing.None };
        return await probes.ProblemsAsync(
            new CalculateRegions { JobId = Guid.NewGuid(), ImageUrl = "a.png", Tile = new TileOptions(), Outputs = [output], Grants = new Grants { OutputRoots = ["/"] } }, image, default);
    }
}
