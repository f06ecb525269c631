using System.CommandLine;
using System.Diagnostics;
using Swath.Contracts;
using Swath.Host.Composition;
using Swath.Host.Demo;
using Swath.Host.Output;
using Swath.Host.SampleModels;

namespace Swath.Host.Commands;

/// <summary><c>swath demo</c>: a harbour with known ships, through every room, judged against the truth.</summary>
internal static class DemoCommand
{
    private const double Goal = 0.98;

    public static Command Create()
    {
        var output = new Option<string>("--output", "-o") { Description = "The folder for the image and the results.", DefaultValueFactory = _ => "swath-demo" };
        var format = new Option<TileFormat>("--format") { Description = "Encoding of a tile: gtiff, png, jpeg, nitf.", DefaultValueFactory = _ => TileFormat.Gtiff };
        var command = new Command("demo", "Makes a harbour scene with known ships, finds them, and shows how well and how fast.") { output, format };
        command.SetAction((parsed, cancellationToken) => RunAsync(Path.GetFullPath(parsed.GetRequiredValue(output)), parsed.GetValue(format), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string folder, TileFormat format, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The folder '{folder}' can't be made: {refused.Message} Give another one with --output.");
        }

        var files = (Image: Path.Combine(folder, "harbour.tif"), Result: Path.Combine(folder, "ships.geojson"), Picture: Path.Combine(folder, "ships.png"));

        // A demonstration leaves nothing among the user's own jobs: it has a database of its own, unless one was chosen.
        var paths = SwathPaths.IsChosen ? SwathPaths.Current() : new SwathPaths(Path.Combine(folder, "state"));
        Terminal.WriteLine($"Drawing a harbour of {HarbourScene.Size} x {HarbourScene.Size} pixels with known ships");
        var scene = HarbourScene.Create();
        SceneFile.Write(scene, files.Image);

        await using var model = await SampleModelServer.StartAsync(new SampleModelOptions(), cancellationToken: cancellationToken);
        await using var swath = await SwathProcess.StartOrJoinAsync(new SwathProcessOptions { Paths = paths }, cancellationToken);
        Terminal.WriteLine($"Running it through the sample detector at {model.Url}");
        var request = Request(files.Image, files.Result, model.Url, format);
        var clock = Stopwatch.StartNew();
        await swath.SubmitAsync(request, cancellationToken);
        var job = await JobProgress.FollowAsync(swath, request.JobId, plainly: false, cancellationToken);
        clock.Stop();

        var history = await swath.Client.HistoryAsync(job.JobId, cancellationToken);
        Terminal.WriteLine();
        JobReport.Print(job, history);
        Terminal.WriteLine();
        HistoryTable.Print(history);
        Terminal.WriteLine();
        if (JobReport.ExitCode(job) is not ExitCodes.Done and var failed)
            return failed;
        return await JudgeAsync(swath.Client, scene, files, job.TilesTotal, clock.Elapsed, cancellationToken);
    }

    private static async Task<int> JudgeAsync(
        SwathClient client, HarbourScene scene, (string Image, string Result, string Picture) files, int tiles, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var score = DetectionScore.Of(scene.Ships, DetectedFeature.ReadAll(files.Result));
        DetectionPicture.Write(files.Image, score, files.Picture);
        var verified = await VerifyCommand.RunAsync(client, cancellationToken);
        Console.WriteLine($"""
            {tiles} tiles in {elapsed.TotalSeconds:0.0} s from message to GeoJSON: {tiles / elapsed.TotalSeconds:0.0} tiles/s
            {scene.Ships.Count} ships: {score.Matched.Count} found, {score.Missed.Count} missed, {score.Mistaken.Count} mistaken: recall {score.Recall:0.000}, precision {score.Precision:0.000}

            GeoJSON  {files.Result}
            Picture  {files.Picture}
            """);
        return score.Recall >= Goal && score.Precision >= Goal ? verified : ExitCodes.JobFailed;
    }

    private static ImageRequested Request(string image, string result, string modelUrl, TileFormat format) => new()
    {
        JobId = Guid.NewGuid(),
        JobName = "demo harbour",
        Tenant = "demo",
        ImageUrl = image,
        Endpoint = new ModelEndpoint { Name = modelUrl },
        Tile = new TileOptions { Format = format },
        Outputs = [OutputSink.ToFile(result)],
    };
}
