using System.CommandLine;
using System.Net.Sockets;
using Swath.Host.Output;
using Swath.Host.SampleModels;

namespace Swath.Host.Commands;

/// <summary><c>swath serve-model</c>: a sample model endpoint to try Swath with.</summary>
internal static class ServeModelCommand
{
    private const int LongestLatency = 3_600_000;

    public static Command Create()
    {
        var model = new Option<SampleModel>("--model")
        {
            Description = "detector (ships: a real small detector), centerpoint (one point a tile), flood (many boxes a tile), failure (errors on request).",
            DefaultValueFactory = _ => SampleModel.Detector,
        };
        var port = new Option<int>("--port") { Description = "The port on 127.0.0.1; 0 takes a free one.", DefaultValueFactory = _ => 8080 };
        port.Validators.Add(given => { if (given.GetValueOrDefault<int>() is < 0 or > ushort.MaxValue) given.AddError("--port must be 0..65535."); });
        var latency = new Option<int>("--latency") { Description = "Milliseconds that every answer takes at least." };
        latency.Validators.Add(given => { if (given.GetValueOrDefault<int>() is < 0 or > LongestLatency) given.AddError($"--latency must be 0..{LongestLatency} milliseconds."); });
        var failRate = new Option<double>("--fail-rate") { Description = "The part of the requests that is answered with status 500, 0..1." };
        failRate.Validators.Add(given => { if (given.GetValueOrDefault<double>() is not (>= 0 and <= 1)) given.AddError("--fail-rate must be 0..1."); });
        var seed = new Option<int>("--seed") { Description = "Which requests --fail-rate chooses: the same ones, by their number, for the same seed." };
        var command = new Command("serve-model", "Serves a sample model: POST /invocations, GET /ping.") { model, port, latency, failRate, seed };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new SampleModelOptions
            {
                Model = parsed.GetValue(model),
                Port = parsed.GetValue(port),
                Latency = TimeSpan.FromMilliseconds(parsed.GetValue(latency)),
                FailRate = parsed.GetValue(failRate),
                Seed = parsed.GetValue(seed),
            };
            try
            {
                await using var server = await SampleModelServer.StartAsync(options, cancellationToken: cancellationToken);
                Terminal.WriteLine($"The {options.Model.ToString().ToLowerInvariant()} model answers at {server.Url}");
                await server.WaitAsync(cancellationToken);
                return ExitCodes.Done;
            }
            catch (Exception refused) when (refused is IOException or SocketException)
            {
                throw new UsageException($"The model can't listen at port {options.Port}: {refused.GetBaseException().Message}. Give another one with --port.");
            }
        });
        return command;
    }
}
