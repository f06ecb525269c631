using Swath.Bench.Saga;

switch (args)
{
    case ["saga", .. var rest]:
        return await SagaBench.RunAsync(rest);
    default:
        await Console.Error.WriteLineAsync("usage: bench saga [--seconds N] [--repetitions N] [--at-once N,N,...]");
        return 2;
}
