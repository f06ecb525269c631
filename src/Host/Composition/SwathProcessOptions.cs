namespace Swath.Host.Composition;

/// <summary>How a process runs Swath.</summary>
internal sealed record SwathProcessOptions
{
    /// <summary>Where the REST API listens; null for no API.</summary>
    public string? ApiUrl { get; init; }

    /// <summary>True to log to the console from information on; false for warnings only, on standard error.</summary>
    public bool ConsoleLog { get; init; }
}
