using System.Globalization;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Swath.Contracts;
using Swath.Host.Composition;
using Swath.Host.Composition.Transports;
using Swath.Intake.Submitting;
using Swath.Persistence.Archive;

namespace Swath.Bench.Load;

/// <summary>
/// Swath as <c>swath up</c> composes it: all roles in this process, the in-memory transport, a private PostgreSQL; only images and models have
/// <see cref="StandIns"/>.
/// </summary>
internal sealed class LoadedProduct : IAsyncDisposable
{
    /// <summary>Inference requests that each endpoint takes at once, where nobody says less: more than any load of these benchmarks has.</summary>
    public const int AmpleCapacity = 4_096;

    private const int Slots = 1_000;

    private readonly SwathClient _client;
    private readonly IHost _host;

    private LoadedProduct(SwathClient client, IHost host)
    {
        _client = client;
        _host = host;
        Bus = host.Services.GetRequiredService<IBus>();
        Submission = host.Services.GetRequiredService<Submission>();
    }

    public IBus Bus { get; }

    public Submission Submission { get; }

    /// <summary>What <c>swath archive</c> uses.</summary>
    public JobArchiver Archiver => _client.Archiver;

    /// <summary>Where <c>/health</c> is; null before the start.</summary>
    public string? Url => ((WebApplication)_host).Urls.FirstOrDefault();

    /// <summary>Composes the process on the database of <see cref="PrivateServer"/>. Nothing runs yet.</summary>
    /// <param name="folder">Swath's home.</param>
    /// <param name="capacity">Inference requests that each endpoint takes at once.</param>
    public static async Task<LoadedProduct> ComposeAsync(string folder, int capacity = AmpleCapacity)
    {
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["WORKER_ID"] = StandIns.WorkerId,
            ["WORKER_SLOTS"] = Slots.ToString(CultureInfo.InvariantCulture),
            ["DEFAULT_HTTP_ENDPOINT_CONCURRENCY"] = capacity.ToString(CultureInfo.InvariantCulture),
            ["DATABASE_POOL_SIZE"] = "40",
        })
            Environment.SetEnvironmentVariable(name, value);
        var paths = new SwathPaths(folder);
        var client = await SwathClient.ConnectAsync(paths, CancellationToken.None);
        var host = SwathHost.Build(
            client.Database, new SwathProcessOptions { Transport = new InMemoryTransport(), Paths = paths, ApiUrl = "http://127.0.0.1:0", StandIns = StandIns.Add });
        return new LoadedProduct(client, host);
    }

    public Task StartAsync() => _host.StartAsync();

    /// <summary>A request for a job on one of the endpoints.</summary>
    /// <param name="number">The job's number, from 0: jobs go round the endpoints, and each tenth has three regions where that is wanted.</param>
    /// <param name="endpoints">Number of endpoints.</param>
    /// <param name="mixed">True for a share of jobs with three regions.</param>
    public static ImageRequested Request(int number, int endpoints, bool mixed = false) =>
        Request(number, endpoints, StandIns.ImageOf(mixed && number % 10 == 9 ? 3 : 1));

    public static ImageRequested Request(int number, int endpoints, string image) => new()
    {
        JobId = Guid.NewGuid(),
        JobName = string.Create(CultureInfo.InvariantCulture, $"scene {number}"),
        Tenant = string.Create(CultureInfo.InvariantCulture, $"tenant-{number % 16}"),
        ImageUrl = image,
        Endpoint = new ModelEndpoint { Name = string.Create(CultureInfo.InvariantCulture, $"http://models-{number % endpoints}.example/ships") },
        Outputs = [OutputSink.ToFile($"/results/{number}.geojson")],
    };

    public async Task SubmitAsync(ImageRequested request)
    {
        if (await Submission.SubmitAsync(request, WayIn.Cli) is not SubmissionOutcome.Accepted)
            throw new InvalidOperationException("A job of the benchmark was refused.");
    }

    /// <summary>Whether the rows of all jobs agree with their events.</summary>
    public async Task<bool> AgreesAsync() => (await _client.VerifyAsync(CancellationToken.None)).Agrees;

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        await _client.DisposeAsync();
    }
}
