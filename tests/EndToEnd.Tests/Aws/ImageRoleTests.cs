using Swath.Imaging;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Aws;

/// <summary>The role that reads the image, from the command line over STS to S3, where only that role's temporary keys may read.</summary>
public sealed class ImageRoleTests
{
    [SkippableFact]
    public async Task Run_ImageThatOnlyARoleMayRead_IsReadWithTheKeysThatStsGave()
    {
        var emulators = await AwsEmulators.GetAsync();
        await using var s3 = new AwsProxy(emulators.Url, SigV4.S3);
        s3.Keys.Clear();
        s3.Keys["ASIA-reader"] = ("secret-reader", "session-reader");
        await using var cli = new SwathCli(new Dictionary<string, string>(emulators.Environment) { ["AWS_ENDPOINT_URL_S3"] = s3.Url });
        await using var model = new KeepingModel();
        var image = await UploadAsync(emulators, cli);

        var refused = await RunAsync(cli, model, image);
        var others = await RunAsync(cli, model, image, "--image-role", "arn:aws:iam::123456789012:role/other");

        Assert.True(refused.ExitCode == 1, refused.ToString());
        Assert.Contains("AccessDenied", refused.Output, StringComparison.Ordinal);
        Assert.True(others.ExitCode == 1, others.ToString());
        Assert.Empty(s3.Requests);
        Assert.Contains("the key 'test' may not sign", s3.Problems);
        Assert.Contains("the key 'ASIA-other' may not sign", s3.Problems);

        var read = await RunAsync(cli, model, image, "--image-role", "arn:aws:iam::123456789012:role/reader");

        Assert.True(read.ExitCode == 0, read.ToString());
        Assert.NotEmpty(model.Take());
        Assert.NotEmpty(s3.Requests);
    }

    private static Task<CommandOutcome> RunAsync(SwathCli cli, KeepingModel model, string image, params string[] role) =>
        cli.RunAsync(["run", image, "--endpoint", model.Url, "--tile-size", "128", "--overlap", "16", "-o", cli.PathOf("a.geojson"), .. role]);

    private static async Task<string> UploadAsync(AwsEmulators emulators, SwathCli cli)
    {
        var (path, bucket) = (cli.PathOf("image.tif"), "role-" + Guid.NewGuid().ToString("N")[..12]);
        using (var writer = GeoTiffWriter.Create(path, new GeoTiffLayout(300, 200, 1, 32618, 500_000, 4_500_000, 0.5)))
        {
            while (writer.RowsInNext > 0)
                writer.WriteBlockRow(new byte[writer.RowsInNext * writer.Layout.Width]);
        }

        await Boto3.RunAsync(emulators, """client("s3").create_bucket(Bucket=sys.argv[1]); client("s3").upload_file(sys.argv[2], sys.argv[1], "day 1/image.tif")""", bucket, path);
        return $"s3://{bucket}/day 1/image.tif";
    }
}
