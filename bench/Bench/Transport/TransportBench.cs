using System.Globalization;
using System.Runtime.InteropServices;
using Swath.Bench.Load;
using Swath.Host.Composition.Transports;
using Swath.Persistence.Embedded;
using Swath.Testing;

namespace Swath.Bench.Transport;

/// <summary>
/// <c>bench transport</c>: messages per second of each transport between a sender and a consumer, and jobs per second of the whole of Swath over
/// it, in one process and in three. RabbitMQ is a private node on loopback, or the one that SWATH_RABBITMQ names.
/// </summary>
internal static class TransportBench
{
    private const string AllRoles = "intake,scheduler,worker";

    public static async Task<int> RunAsync(string[] args)
    {
        if (TransportSettings.TryRead(args) is not { } settings)
        {
            await Console.Error.WriteLineAsync($"usage: bench transport {TransportSettings.Usage}");
            return 2;
        }

        var named = Environment.GetEnvironmentVariable("SWATH_RABBITMQ");
        await using var broker = named is null && RabbitMqServer.IsInstalled ? await RabbitMqServer.StartAsync() : null;
        var address = named ?? broker?.Address;
        Console.WriteLine($"machine     {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}; broker, database and model share it");
        Console.WriteLine($"settings    medians of {settings.Repetitions}; {settings.Messages} messages, 64 being sent at once; {settings.Jobs} jobs of one tile after {settings.Jobs / 4} that are not counted");
        if (address is null)
            Console.WriteLine($"rabbitmq    left out: {RabbitMqServer.HowToGet}");
        Console.WriteLine();
        Console.WriteLine("what        transport   processes     per second   all repetitions");
        await CompareMessagesAsync(settings, address);
        await CompareJobsAsync(settings, address);
        return 0;
    }

    private static async Task CompareMessagesAsync(TransportSettings settings, string? address)
    {
        // Once uncounted: the JIT compiler.
        await MessagePeer.MeasureHereAsync(new InMemoryTransport(), settings.Messages);
        await PrintAsync("messages", TransportChoice.InMemory, 1, settings, () => MessagePeer.MeasureHereAsync(new InMemoryTransport(), settings.Messages));
        if (address is null)
            return;
        var rabbit = new RabbitMqTransport(RabbitMqAddress.Parse(address));
        await MessagePeer.MeasureHereAsync(rabbit, settings.Messages);
        await PrintAsync("messages", TransportChoice.RabbitMq, 1, settings, () => MessagePeer.MeasureHereAsync(rabbit, settings.Messages));
        await PrintAsync("messages", TransportChoice.RabbitMq, 3, settings, () => MessageRate.MeasureAsync(TransportChoice.RabbitMq, address, settings.Messages, 3));
    }

    private static async Task CompareJobsAsync(TransportSettings settings, string? address)
    {
        // Not below the temporary folder's own path: it may be closed to the database's user.
        var folder = Directory.CreateDirectory($"/tmp/swath-bench-{Environment.ProcessId}").FullName;
        try
        {
            using var model = ChildProcess.Start("swath.dll", ["serve-model", "--model", "centerpoint", "--port", "0"]);
            var url = (await model.LineAsync("The centerpoint model")).Split(' ')[^1];
            model.Ignore();
            JobRate.WriteImage(Path.Combine(folder, "tile.tif"));
            await using var server = await PrivateServer.StartAsync();
            var jobs = new JobRate(server.Postgres, folder, url);
            var memory = new Dictionary<string, string> { ["SWATH_TRANSPORT"] = TransportChoice.InMemory };
            await PrintAsync("jobs", TransportChoice.InMemory, 1, settings, () => jobs.MeasureAsync(memory, settings.Jobs, AllRoles));
            if (address is null)
                return;
            var rabbit = new Dictionary<string, string> { ["SWATH_TRANSPORT"] = TransportChoice.RabbitMq, ["SWATH_RABBITMQ"] = address };
            await PrintAsync("jobs", TransportChoice.RabbitMq, 1, settings, () => jobs.MeasureAsync(rabbit, settings.Jobs, AllRoles));
            await PrintAsync("jobs", TransportChoice.RabbitMq, 3, settings, () => jobs.MeasureAsync(rabbit, settings.Jobs, "intake", "scheduler", "worker"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task PrintAsync(string what, string transport, int processes, TransportSettings settings, Func<Task<double>> measure)
    {
        var rates = new List<double>();
        for (var repetition = 0; repetition < settings.Repetitions; repetition++)
            rates.Add(await measure());
        var median = rates.Order().ElementAt(rates.Count / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what,-10}  {transport,-10}  {processes,9}  {median,13:N0}   {string.Join(' ', rates.Select(rate => rate.ToString("N0", CultureInfo.InvariantCulture)))}"));
    }
}
