using System.Diagnostics;
using System.Text.Json;

namespace Swath.Testing;

/// <summary>
/// SQS, SNS, S3 (fauxqs) and Kinesis (kinesalite) on loopback, in one Node process that ends with this one. One is shared by the tests of a
/// process: give queues, topics, streams and buckets names of your own. The calling test is skipped, loudly, where Node or its packages can't be had.
/// </summary>
/// <remarks>
/// STS assumes every role but those named <c>denied</c>; the keys of a role named reader are ASIA-reader, secret-reader and session-reader. No
/// emulator checks signatures (<see cref="AwsProxy"/> before one does); fauxqs wants the exact QueueUrl that it returned; all is in memory.
/// </remarks>
public sealed class AwsEmulators : IDisposable
{
    /// <summary>Any keys will do; these are what <see cref="Environment"/> hands out.</summary>
    public const string AccessKey = "test";

    /// <inheritdoc cref="AccessKey"/>
    public const string SecretKey = "test";

    /// <summary>The region that both emulators write into ARNs.</summary>
    public const string Region = "us-east-1";

    /// <summary>The account that both emulators write into ARNs.</summary>
    public const string Account = "000000000000";

    private static readonly Lazy<Task<AwsEmulators>> Shared = new(StartAsync);

    private readonly Process _process;
    private int _stopped;

    private AwsEmulators(Process process, string url, string kinesisUrl) => (_process, Url, KinesisUrl) = (process, url, kinesisUrl);

    /// <summary>Of SQS, SNS and S3, without a slash at its end.</summary>
    public string Url { get; }

    /// <summary>Of Kinesis, without a slash at its end.</summary>
    public string KinesisUrl { get; }

    /// <summary>What a process needs so that all AWS clients in it (the SDK's, boto3, ours) use the emulators.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["AWS_ENDPOINT_URL"] = Url,
        ["AWS_ENDPOINT_URL_KINESIS"] = KinesisUrl,
        ["AWS_REGION"] = Region,
        ["AWS_DEFAULT_REGION"] = Region,
        ["AWS_ACCESS_KEY_ID"] = AccessKey,
        ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    /// <summary>The process's shared emulators, started when the first test asks.</summary>
    public static Task<AwsEmulators> GetAsync() => Shared.Value;

    /// <summary>Emulators of one's own: for a test that stops them, or that must find them empty.</summary>
    /// <exception cref="InvalidOperationException">They don't start; the message has what Node said.</exception>
    public static async Task<AwsEmulators> StartAsync()
    {
        var folder = await EmulatorPackages.InstalledAsync();
        var start = new ProcessStartInfo("node", ["serve.js"])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(patience.Token)
                ?? throw new InvalidOperationException($"The AWS emulators in {folder} did not start: {await errors}");
            var addresses = JsonDocument.Parse(line).RootElement;
            return new AwsEmulators(process, addresses.GetProperty("aws").GetString()!, addresses.GetProperty("kinesis").GetString()!);
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Stops them at once; what they hold is gone.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 1)
            return;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
