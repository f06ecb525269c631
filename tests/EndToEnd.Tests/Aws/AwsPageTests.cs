using Swath.EndToEnd.Tests.Scaling;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Aws;

/// <summary>The Python of docs/aws.md, taken from the page and run.</summary>
public sealed class AwsPageTests
{
    private const string Fence = "```python\n";

    [SkippableFact]
    public async Task Boto3Snippet_OfThePage_SubmitsAJobAndSeesItsEnd()
    {
        var emulators = await AwsEmulators.GetAsync();
        await using var aws = await AwsSite.CreateAsync("osml-page");
        await using var fleet = await Fleet.CreateAsync(aws.Settings);
        await using var model = await ModelProcess.StartAsync(fleet.Cli, "--model", "centerpoint");
        await aws.UploadImagesAsync(fleet.Cli);
        await fleet.StartAsync("intake,scheduler,worker", "--url", "http://127.0.0.1:0");

        var said = await Boto3.RunAsync(
            emulators,
            $"""
            os.environ.update(IMAGE_QUEUE="osml-page", STATUS_QUEUE="osml-page-status", IMAGE="s3://osml-page/images/0.tif",
                              BUCKET="osml-page", MODEL="{model.Url}", MODEL_TYPE="HTTP_ENDPOINT")
            {Snippet()}
            """);

        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["STARTED", "IN_PROGRESS", "SUCCESS"], lines.Select(line => line.Split(' ')[2]));
        Assert.Contains("s3://osml-page/harbour/harbour-", lines[^1], StringComparison.Ordinal);
    }

    private static string Snippet()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "docs", "aws.md")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside a checkout.");
        var page = File.ReadAllText(Path.Combine(folder.FullName, "docs", "aws.md"));
        var from = page.IndexOf(Fence, StringComparison.Ordinal) + Fence.Length;
        return page[from..page.IndexOf("```", from, StringComparison.Ordinal)];
    }
}
