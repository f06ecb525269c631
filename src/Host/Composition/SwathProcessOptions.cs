using MassTransit;
using Swath.Host.Composition.Transports;

namespace Swath.Host.Composition;

/// <summary>How a process runs Swath.</summary>
internal sealed record SwathProcessOptions
{
    /// <summary>What carries its messages; the one that <c>SWATH_TRANSPORT</c> names when not set.</summary>
    public ITransport Transport { get; init; } = TransportChoice.Current();

    /// <summary>Where the private database is; the user's own place when not set.</summary>
    public SwathPaths Paths { get; init; } = SwathPaths.Current();

    /// <summary>True where a private database that is not there yet is not made, but missed.</summary>
    public bool OnExistingDatabase { get; init; }

    /// <summary>What it does.</summary>
    public Roles Roles { get; init; } = Roles.All;

    /// <summary>Where the REST API, or without the intake role only <c>/health</c>, listens; null for neither.</summary>
    public string? ApiUrl { get; init; }

    /// <summary>True to log to the console from information on; false for warnings only, on standard error.</summary>
    public bool ConsoleLog { get; init; }

    /// <summary>Adds consumers that take the place of intake's and the worker's, to measure all the rest without images and models; null for Swath's own.</summary>
    public Action<IBusRegistrationConfigurator>? StandIns { get; init; }
}
