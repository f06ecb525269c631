using Swath.Access;
using Swath.Configuration;
using Swath.Endpoints;
using Swath.Host.Composition;
using Swath.Host.Composition.Transports;
using Swath.Imaging;
using Swath.Imaging.Locating;
using Swath.Imaging.Remote;
using Swath.Intake;
using Swath.Intake.Notifications;
using Swath.Intake.Sqs;
using Swath.Intake.Submitting;
using Swath.Persistence;
using Swath.Persistence.Archive;
using Swath.Scheduler;
using Swath.Worker;

namespace Swath.EndToEnd.Tests;

/// <summary>Holds docs/configuration.md against the options. SWATH_WRITE_DOCS=1 writes the table into the page.</summary>
public sealed class DocumentationTests
{
    private const string Begin = "<!-- begin: written by the tests -->\n";
    private const string End = "<!-- end -->";

    [Fact]
    public async Task Configuration_EverySetting_IsInTheDocs()
    {
        Type[] options =
        [
            typeof(IntakeOptions), typeof(SqsGatewayOptions), typeof(SubmissionOptions), typeof(StatusTopicOptions), typeof(SchedulerOptions), typeof(WorkerOptions), typeof(EndpointsOptions),
            typeof(ImagingLimits), typeof(RemoteImageOptions), typeof(LocatingOptions), typeof(DatabaseOptions), typeof(ArchiveOptions), typeof(TransportOptions), typeof(AccessOptions), typeof(ApiOptions),
        ];
        var table = SettingsPage.Render(options);
        var path = Path.Combine(Checkout().FullName, "docs", "configuration.md");
        var page = await File.ReadAllTextAsync(path);
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));

        if (Environment.GetEnvironmentVariable("SWATH_WRITE_DOCS") == "1")
            await File.WriteAllTextAsync(path, page[..from] + table + page[to..]);
        else
            Assert.Equal(table, page[from..to]);
    }

    private static DirectoryInfo Checkout()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside a checkout.");
        return folder;
    }
}
