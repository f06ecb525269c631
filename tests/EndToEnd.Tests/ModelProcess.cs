namespace Swath.EndToEnd.Tests;

/// <summary>A sample model in a process of its own.</summary>
internal sealed class ModelProcess : IAsyncDisposable
{
    private readonly RunningCommand _command;

    private ModelProcess(RunningCommand command, string url)
    {
        _command = command;
        Url = url;
    }

    /// <summary>The address for <c>--endpoint</c>.</summary>
    public string Url { get; }

    public static async Task<ModelProcess> StartAsync(SwathCli cli, params string[] arguments)
    {
        var command = cli.Start(["serve-model", "--port", "0", .. arguments]);
        var line = await command.LineAsync(printed => printed.Contains("http://", StringComparison.Ordinal));
        return new ModelProcess(command, line.Split(' ').Single(word => word.StartsWith("http://", StringComparison.Ordinal)));
    }

    public ValueTask DisposeAsync() => _command.DisposeAsync();
}
