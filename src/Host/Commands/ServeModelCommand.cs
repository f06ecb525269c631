using System.CommandLine;
using System.Net.Sockets;
using Swath.Host.SampleModels;

namespace Swath.Host.Commands;

/// <summary><c>swath serve-model</c>: a sample model endpoint to try Swath with.</summary>
internal static class ServeModelCommand
{
    public static Command Create()
    {
        var model = new Option<SampleModel>("--model")
        {
            Description = "detector (ships: a real small detector), centerpoint (one point a tile), flood (many boxes a tile), failure (errors on request).",
            DefaultValueFactory = _ => SampleModel.Detector,
        };
        var port = new Option<int>("--port") { Description = "The port on 127.0.0.1; 0 takes a free one.", DefaultValueFactory = _ => 8080 };
        var command = new Command("serve-model", "Serves a sample model: POST /invocations, GET /ping.") { model, port };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = new SampleModelOptions { Model = parsed.GetValue(model), Port = parsed.GetValue(port) };
            try
            {
                await using var server = await SampleModelServer.StartAsync(options, cancellationToken: cancellationToken);
                Console.WriteLine($"The {options.Model.ToString().ToLowerInvariant()} model answers at {server.Url}");
                await server.WaitAsync(cancellationToken);
                return ExitCodes.Done;
            }
            catch (IOException taken) when (taken.InnerException is SocketException or Microsoft.AspNetCore.Connections.AddressInUseException)
            {
                throw new UsageException($"Port {options.Port} is taken: give another one with --port.");
            }
        });
        return command;
    }
}
