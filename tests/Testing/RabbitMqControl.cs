namespace Swath.Testing;

/// <summary><c>rabbitmqctl</c> for a node: users, permissions, bindings.</summary>
public static class RabbitMqControl
{
    private const string Script = """
        cd "$HOME" || exit
        if [ "$(id -u)" = 0 ]; then exec setpriv --reuid=rabbitmq --regid=rabbitmq --clear-groups /usr/lib/rabbitmq/bin/rabbitmqctl "$@"; fi
        exec /usr/lib/rabbitmq/bin/rabbitmqctl "$@"
        """;

    /// <returns>What it printed.</returns>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public static Task<string> ControlAsync(this RabbitMqServer node, params string[] arguments) =>
        ExternalTool.RunAsync("sh", ["-c", Script, "sh", .. arguments], environment: node.Environment);
}
