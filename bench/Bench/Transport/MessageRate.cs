using System.Diagnostics;
using System.Globalization;
using Swath.Bench.Load;

namespace Swath.Bench.Transport;

/// <summary>Messages per second between several processes that share a queue.</summary>
internal static class MessageRate
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    public static async Task<double> MeasureAsync(string transport, string address, int messages, int processes)
    {
        var share = messages / processes;
        var peers = Enumerable.Range(0, processes).Select(_ => ChildProcess.Start("Swath.Bench.dll", [MessagePeer.Verb, transport, $"{share}", address])).ToList();
        try
        {
            foreach (var peer in peers)
                await peer.LineAsync("ready");

            // Once uncounted: the JIT compiler, in each.
            await ExchangeAsync(peers, share * processes);
            var clock = Stopwatch.StartNew();
            await ExchangeAsync(peers, 2 * share * processes);
            return share * processes / clock.Elapsed.TotalSeconds;
        }
        finally
        {
            foreach (var peer in peers)
                peer.Dispose();
        }
    }

    private static async Task ExchangeAsync(List<ChildProcess> peers, int consumed)
    {
        foreach (var peer in peers)
            peer.Tell("send");
        foreach (var peer in peers)
            await peer.LineAsync("sent");
        while (await ConsumedAsync(peers) < consumed)
            await Task.Delay(Glance, TimeProvider.System);
    }

    private static async Task<int> ConsumedAsync(List<ChildProcess> peers)
    {
        var sum = 0;
        foreach (var peer in peers)
        {
            peer.Tell("count");
            sum += int.Parse((await peer.LineAsync("consumed")).Split(' ')[1], CultureInfo.InvariantCulture);
        }

        return sum;
    }
}
