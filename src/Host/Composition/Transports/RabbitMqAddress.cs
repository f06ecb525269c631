using RabbitMQ.Client;
using Swath.Host.Commands;

namespace Swath.Host.Composition.Transports;

/// <summary>Reads <c>SWATH_RABBITMQ</c>.</summary>
internal static class RabbitMqAddress
{
    private static readonly string[] Schemes = ["amqp", "amqps", "rabbitmq", "rabbitmqs"];

    /// <exception cref="UsageException">It is no address of a broker. Its text is not repeated: it may hold a password.</exception>
    public static Uri Parse(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) && Schemes.Contains(address.Scheme) && address.Host.Length > 0
            ? address
            : throw new UsageException("SWATH_RABBITMQ is no broker's address: write it as amqp://user:password@host:port/virtualhost, with %2F for a slash in a name.");

    /// <summary>A connection of its own, apart from the bus.</summary>
    /// <param name="address">The broker's address.</param>
    /// <param name="name">What the broker shows it as.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">There is no broker, or it lets nobody in with this name and password.</exception>
    public static Task<IConnection> ConnectAsync(Uri address, string name, CancellationToken cancellationToken)
    {
        var scheme = address.Scheme.EndsWith('s') ? "amqps" : "amqp";
        return new ConnectionFactory { Uri = new UriBuilder(address) { Scheme = scheme }.Uri, ClientProvidedName = name }.CreateConnectionAsync(cancellationToken);
    }

    /// <summary>The address as it may be shown: without user and password.</summary>
    public static string Shown(Uri address) => new UriBuilder(address) { UserName = "", Password = "" }.Uri.ToString();
}
