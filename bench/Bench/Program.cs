using Swath.Bench.Saga;
using Swath.Bench.Scheduler;

switch (args)
{
    case ["saga", .. var rest]:
        return await SagaBench.RunAsync(rest);
    case ["scheduler", .. var rest]:
        return await SchedulerBench.RunAsync(rest);
    default:
        await Console.Error.WriteLineAsync("usage: bench saga [--seconds N] [--repetitions N] [--at-once N,N,...] | bench scheduler [--waiting N]");
        return 2;
}
