using System.ComponentModel;
using Swath.Configuration;

namespace Swath.Host.Composition.Transports;

/// <summary>How messages go from role to role.</summary>
public sealed class TransportOptions
{
    [Setting("SWATH_TRANSPORT")]
    [Description("How messages go from role to role: inmemory (all roles in one process), rabbitmq, or amazonsqs (in a build with -p:AmazonSqs=true). Any other value is refused.")]
    public string Transport { get; set; } = "inmemory";

    [Setting("SWATH_RABBITMQ")]
    [Description("RabbitMQ's address, amqp://user:password@host:port/virtualhost, or amqps:// for TLS.")]
    public string RabbitMq { get; set; } = "amqp://guest:guest@localhost:5672/";

    [Setting("SWATH_AMAZONSQS_SCOPE")]
    [Description("What the names of all queues and topics of this Swath begin with on amazonsqs, so that several share an AWS account.")]
    public string AmazonSqsScope { get; set; } = "swath";
}
