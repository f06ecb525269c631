using Swath.Bench.Distillation;
using Swath.Bench.Saga;
using Swath.Bench.Scheduler;
using Swath.Bench.Tiles;
using Swath.Contracts;

switch (args)
{
    case ["saga", .. var rest]:
        return await SagaBench.RunAsync(rest);
    case ["scheduler", .. var rest]:
        return await SchedulerBench.RunAsync(rest);
    case ["distillation", .. var rest]:
        return DistillationBench.Run(rest);
    case ["tiles", .. var rest]:
        return await TilesBench.RunAsync(rest);
    case [HugeJob.Verb, var image, var url, var format]:
        return await HugeJob.RunAsync(image, url, Enum.Parse<TileFormat>(format));
    case [TrivialEndpoint.Verb]:
        return await TrivialEndpoint.ServeAsync();
    default:
        await Console.Error.WriteLineAsync("usage: bench saga [--seconds N] [--repetitions N] [--at-once N,N,...]");
        await Console.Error.WriteLineAsync("       bench scheduler [--waiting N]");
        await Console.Error.WriteLineAsync("       bench distillation [--quick]");
        await Console.Error.WriteLineAsync($"       bench tiles {TilesSettings.Usage}");
        return 2;
}
