using Npgsql;
using Swath.Bench.Load;

namespace Swath.Bench.Start;

/// <summary>
/// A Swath that leaves jobs in every state and is killed in the middle of its work: jobs that are over, on each endpoint one that holds it, jobs that
/// wait behind those, and ever more requests until it dies.
/// </summary>
internal static class KilledProcess
{
    public const string Verb = "killed-process";

    /// <summary>What it says when all are there, and only requests still come.</summary>
    public const string Ready = "ready";

    public const int Endpoints = 4;

    /// <summary>Jobs that are over, and as many that wait: one of each tenant.</summary>
    public const int OfEach = 16;

    // One job of one region takes a whole endpoint.
    private const int Capacity = 4;

    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>Is that process.</summary>
    public static async Task<int> RunAsync(string home)
    {
        await using var server = await PrivateServer.AttachAsync(home);
        await using var product = await LoadedProduct.ComposeAsync(home, Capacity);
        await product.StartAsync();
        using (var loop = new JobLoop(product))
            await loop.RunAsync(OfEach, OfEach, number => LoadedProduct.Request(number, Endpoints));
        for (var endpoint = 0; endpoint < Endpoints; endpoint++)
            await product.SubmitAsync(LoadedProduct.Request(endpoint, Endpoints, StandIns.ImageOf(1, held: true)));
        await AwaitAsync(server.DataSource, "Running", Endpoints);
        for (var number = 0; number < OfEach; number++)
            await product.SubmitAsync(LoadedProduct.Request(number, Endpoints));
        await AwaitAsync(server.DataSource, "Queued", OfEach);
        Console.WriteLine(Ready);
        if (await Console.In.ReadLineAsync() is null)
            return 1;
        await Task.WhenAll(Enumerable.Range(0, OfEach).Select(_ => Task.Run(async () =>
        {
            for (var number = 0; ; number++)
                await product.SubmitAsync(LoadedProduct.Request(number, Endpoints));
        })));
        return 0;
    }

    private static async Task AwaitAsync(NpgsqlDataSource database, string state, int jobs)
    {
        await using var command = database.CreateCommand("select count(*) from jobs where state = $1");
        command.Parameters.AddWithValue(state);
        while (await command.ExecuteScalarAsync() is not long count || count < jobs)
            await Task.Delay(Glance, TimeProvider.System);
    }
}
