using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Swath.Testing;

/// <summary>
/// A private RabbitMQ node from Debian's rabbitmq-server: on loopback, on ports of its own, with its data in a folder of its own, as an
/// unprivileged user when the caller is root. Disposing stops it, with its port mapper, by process id, and removes the folder.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    /// <summary>What a test says that is skipped for want of a broker.</summary>
    public const string HowToGet = "rabbitmq-server is not installed (./swath test installs it where it can).";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly int _portMapper;
    private readonly Dictionary<string, string> _environment;
    private readonly Process _guard;
    private readonly Task<string> _log;

    private RabbitMqServer(string folder, int port, int portMapper, Dictionary<string, string> environment, Process guard)
    {
        _environment = environment;
        _folder = folder;
        _portMapper = portMapper;
        _guard = guard;
        Address = $"amqp://guest:guest@127.0.0.1:{port}/";
        _log = guard.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Whether a node can be started here.</summary>
    public static bool IsInstalled => File.Exists(Program);

    /// <summary>For <c>SWATH_RABBITMQ</c>.</summary>
    public string Address { get; }

    /// <summary>Starts a node.</summary>
    /// <exception cref="InvalidOperationException">The package is not installed, or the node does not answer.</exception>
    public static async Task<RabbitMqServer> StartAsync()
    {
        if (!IsInstalled)
            throw new InvalidOperationException(HowToGet);
        var folder = Directory.CreateDirectory($"/tmp/swath-rabbitmq-{System.Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..6]}").FullName;
        var (port, distribution, portMapper) = FreePorts();
        await File.WriteAllTextAsync(Path.Combine(folder, "plugins"), "[].");
        await File.WriteAllTextAsync(Path.Combine(folder, "rabbitmq.conf"),
            "loopback_users.guest = true\nvm_memory_high_watermark.absolute = 256MB\ndisk_free_limit.absolute = 50MB\nlog.file.level = warning\n");
        var environment = EnvironmentOf(folder, port, distribution, portMapper);
        var server = new RabbitMqServer(folder, port, portMapper, environment, Start(folder, environment));
        try
        {
            await server.WaitUntilItAnswersAsync(port);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the node's own programs must have in their environment, to find it and to be let in.</summary>
    public IReadOnlyDictionary<string, string> Environment => _environment;

    /// <summary>Ends the node at once, as a crash does; its queues outlive that.</summary>
    public async Task TakeAwayAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "away"), "");
        using var kill = Process.Start("kill", ["-KILL", (await File.ReadAllTextAsync(Path.Combine(_folder, "pid"))).Trim()]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Starts it again; returns when it answers.</summary>
    public Task BringBackAsync()
    {
        File.Delete(Path.Combine(_folder, "away"));
        return WaitUntilItAnswersAsync(new Uri(Address).Port);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        await _log;
        _guard.Dispose();
    }

    // A shell runs the node, again when the test has taken it away, and waits on a pipe that closes with this process, however it ends; then it
    // stops the node and its port mapper, whose data is worth nothing, and removes the folder.
    private static Process Start(string folder, Dictionary<string, string> environment)
    {
        const string script = """
            trap '' INT HUP TERM
            node=/usr/lib/rabbitmq/bin/rabbitmq-server
            if [ "$(id -u)" = 0 ]; then
              chown -R rabbitmq "$1"
              node="setpriv --reuid=rabbitmq --regid=rabbitmq --clear-groups $node"
            fi
            while :; do
              $node < /dev/null > "$1/out" 2>&1
              while [ -e "$1/away" ]; do sleep 0.1; done
              [ ! -e "$1/ended" ] || exit 0
            done &
            loop=$!
            cat
            touch "$1/ended"
            rm -f "$1/away"
            for i in 1 2 3 4 5 6 7 8 9 10; do
              kill -KILL $(cat "$1/pid" 2> /dev/null) 2> /dev/null
              kill -0 $loop 2> /dev/null || break
              sleep 0.2
            done
            kill -KILL $loop 2> /dev/null
            wait
            epmd -port "$ERL_EPMD_PORT" -kill > /dev/null 2>&1
            rm -rf "$1"
            """;
        var start = new ProcessStartInfo("/bin/sh", ["-c", script, "sh", folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static Dictionary<string, string> EnvironmentOf(string folder, int port, int distribution, int portMapper) => new()
    {
        ["HOME"] = folder,
        ["RABBITMQ_HOME"] = "/usr/lib/rabbitmq",
        ["RABBITMQ_NODENAME"] = $"swath{port}@localhost",
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = $"{port}",
        ["RABBITMQ_DIST_PORT"] = $"{distribution}",
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
        ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "pid"),
        ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins"),
        ["ERL_EPMD_PORT"] = $"{portMapper}",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
    };

    // The first bytes of a broker's answer to a client's greeting: an open port alone says only that it begins to listen.
    private async Task WaitUntilItAnswersAsync(int port)
    {
        var begun = Stopwatch.StartNew();
        while (begun.Elapsed < Patience)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port);
                var stream = client.GetStream();
                await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray());
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                if (await stream.ReadAsync(new byte[16], patience.Token) > 0)
                    return;
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                // Not yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        var output = Path.Combine(_folder, "out");
        throw new InvalidOperationException($"RabbitMQ does not answer (port mapper {_portMapper}): {(File.Exists(output) ? await File.ReadAllTextAsync(output) : "it said nothing")}");
    }

    private static (int Port, int Distribution, int PortMapper) FreePorts()
    {
        using var one = new TcpListener(IPAddress.Loopback, 0);
        using var two = new TcpListener(IPAddress.Loopback, 0);
        using var three = new TcpListener(IPAddress.Loopback, 0);
        foreach (var listener in (TcpListener[])[one, two, three])
            listener.Start();
        return (PortOf(one), PortOf(two), PortOf(three));
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
