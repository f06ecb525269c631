using System.Text.RegularExpressions;
using Swath.Testing;

namespace Swath.EndToEnd.Tests.Deployment;

/// <summary>No engine runs here: docker-compose itself says whether the file is right, and how it reads it.</summary>
public sealed partial class ComposeTests
{
    private static readonly string[] Roles = ["intake", "scheduler", "worker"];

    [SkippableFact]
    public async Task Config_OfTheCheckout_IsValidAndHasOneServicePerRole()
    {
        var services = await ServicesAsync();

        Assert.Superset(new HashSet<string>([.. Roles, "postgres", "rabbitmq", "localstack", "migrate"]), services.Keys.ToHashSet());
        foreach (var role in Roles)
        {
            Assert.Contains($"--roles\n    - {role}\n", services[role], StringComparison.Ordinal);
            Assert.Contains("stop_grace_period: 35s", services[role], StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Config_WorkersAndSchedulers_CanBeScaled()
    {
        var services = await ServicesAsync();

        foreach (var role in (string[])["worker", "scheduler"])
        {
            Assert.DoesNotContain("container_name:", services[role], StringComparison.Ordinal);
            Assert.DoesNotContain("hostname:", services[role], StringComparison.Ordinal);
            Assert.DoesNotContain("ports:", services[role], StringComparison.Ordinal);
            Assert.DoesNotContain("WORKER_ID", services[role], StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Config_LocalStack_IsTheLastWithoutTokenAndRunsOurScript()
    {
        var localstack = (await ServicesAsync())["localstack"];

        Assert.Contains("image: localstack/localstack:4.14.0\n", localstack, StringComparison.Ordinal);
        Assert.Contains("SERVICES: sqs,sns,s3", localstack, StringComparison.Ordinal);
        Assert.Contains("/deploy/localstack/ready.d:/etc/localstack/init/ready.d", localstack, StringComparison.Ordinal);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(LocalStackTests.Script).HasFlag(UnixFileMode.OtherExecute), "LocalStack runs executable scripts only.");
    }

    /// <summary>The text of each service, as docker-compose has understood it.</summary>
    private static async Task<Dictionary<string, string>> ServicesAsync()
    {
        var config = await ExternalTool.RunAsync("docker-compose", ["-f", Checkout.PathOf("docker-compose.yml"), "config"]);
        var services = config[config.IndexOf("services:\n", StringComparison.Ordinal)..];
        return ServicePattern().Matches(services).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["body"].Value);
    }

    [GeneratedRegex(@"^  (?<name>\w+):\n(?<body>(?:    .*\n)+)", RegexOptions.Multiline)]
    private static partial Regex ServicePattern();
}
