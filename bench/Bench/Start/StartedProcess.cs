using System.Diagnostics;
using Swath.Bench.Load;

namespace Swath.Bench.Start;

/// <summary>A Swath that starts on a database full of work, and says when it was healthy, and when each of its queues took its first message.</summary>
internal static class StartedProcess
{
    public const string Verb = "started-process";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Working = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);

    /// <summary>Is that process.</summary>
    public static async Task<int> RunAsync(string home)
    {
        var clock = TimeProvider.System;
        await using var server = await PrivateServer.AttachAsync(home);
        await using var product = await LoadedProduct.ComposeAsync(home);
        var messages = new FirstMessages();
        product.Bus.ConnectReceiveObserver(messages);
        using var self = Process.GetCurrentProcess();
        var before = clock.GetLocalNow().DateTime - self.StartTime;
        var start = clock.GetTimestamp();
        var health = HealthAsync(product, clock, start);
        await product.StartAsync();
        Print($"started: {clock.GetElapsedTime(start).TotalMilliseconds:N0} ms ({before.TotalMilliseconds:N0} ms from the process's own start until then: runtime, database, composition)");
        while (messages.Count == 0 && clock.GetElapsedTime(start) < Patience)
            await Task.Delay(Glance, clock);
        await Task.Delay(Working, clock);
        Print($"healthy: {(await health is { } healthy ? FormattableString.Invariant($"{healthy.TotalMilliseconds:N0} ms") : "never")}");
        if (messages.Count == 0)
            Print($"first message: none within {Patience.TotalSeconds + Working.TotalSeconds:N0} s");
        foreach (var (queue, at) in messages.ByQueue)
            Print($"first message of {queue}: {clock.GetElapsedTime(start, at).TotalMilliseconds:N0} ms");
        Print($"messages taken {Working.TotalSeconds:N0} s after the first: {messages.Count}");
        Console.WriteLine(StartBench.End);
        return 0;
    }

    private static async Task<TimeSpan?> HealthAsync(LoadedProduct product, TimeProvider clock, long start)
    {
        using var http = new HttpClient();
        while (clock.GetElapsedTime(start) < Patience)
        {
            try
            {
                if (product.Url is { } url && !url.EndsWith(":0", StringComparison.Ordinal))
                {
                    using var answer = await http.GetAsync(new Uri($"{url}/health/ready"));
                    if (answer.IsSuccessStatusCode)
                        return clock.GetElapsedTime(start);
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(Glance, clock);
        }

        return null;
    }

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
