using System.Globalization;
using System.Runtime.InteropServices;
using Swath.Bench.Distillation;
using Swath.Bench.Flush;
using Swath.Bench.Load;
using Swath.Bench.Saga;
using Swath.Bench.Scheduler;
using Swath.Bench.Soak;
using Swath.Bench.Start;
using Swath.Bench.Tiles;
using Swath.Bench.Transport;
using Swath.Contracts;

// This one outlives the others: it has its own answer to signals.
if (args is [PrivateServer.Verb, var removed])
    return await PrivateServer.RemoveAsync(removed);

// A signal would end the process without a word, and leave the servers that it started.
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);

switch (args)
{
    case ["saga", .. var rest]:
        return await SagaBench.RunAsync(rest);
    case ["scheduler", .. var rest]:
        return await SchedulerBench.RunAsync(rest);
    case ["soak", .. var rest]:
        return await SoakBench.RunAsync(rest);
    case ["start", .. var rest]:
        return await StartBench.RunAsync(rest);
    case [KilledProcess.Verb, var home]:
        return await KilledProcess.RunAsync(home);
    case [StartedProcess.Verb, var home]:
        return await StartedProcess.RunAsync(home);
    case ["flush", .. var rest]:
        return await FlushBench.RunAsync(rest);
    case ["distillation", .. var rest]:
        return DistillationBench.Run(rest);
    case ["tiles", .. var rest]:
        return await TilesBench.RunAsync(rest);
    case [HugeJob.Verb, var image, var url, var format, var pixels]:
        return await HugeJob.RunAsync(image, url, Enum.Parse<TileFormat>(format), int.Parse(pixels, CultureInfo.InvariantCulture));
    case ["transport", .. var rest]:
        return await TransportBench.RunAsync(rest);
    case [MessagePeer.Verb, .. var rest]:
        return await MessagePeer.RunAsync(rest);
    case [TrivialEndpoint.Verb]:
        return await TrivialEndpoint.ServeAsync();
    default:
        await Console.Error.WriteLineAsync("usage: bench saga [--seconds N] [--repetitions N] [--at-once N,N,...]");
        await Console.Error.WriteLineAsync("       bench scheduler [--waiting N]");
        await Console.Error.WriteLineAsync($"       bench soak {SoakSettings.Usage}");
        await Console.Error.WriteLineAsync($"       bench start {StartSettings.Usage}");
        await Console.Error.WriteLineAsync($"       bench flush {FlushSettings.Usage}");
        await Console.Error.WriteLineAsync("       bench distillation [--quick]");
        await Console.Error.WriteLineAsync($"       bench tiles {TilesSettings.Usage}");
        await Console.Error.WriteLineAsync($"       bench transport {TransportSettings.Usage}");
        return 2;
}

static void End(PosixSignalContext signal)
{
    signal.Cancel = true;
    Environment.Exit(130);
}
