using System.ComponentModel;
using Swath.Configuration;

namespace Swath.Host.Composition;

/// <summary>How the REST API is reached.</summary>
public sealed class ApiOptions
{
    /// <summary>The names under which it may be spoken to; empty: those of this machine's loopback where it listens there, else every name.</summary>
    [Setting("API_HOSTS")]
    [Description("Names by which the REST API and /health may be addressed (the Host header), separated by commas: swath.example.com, *.example.com. Names of this machine's loopback are always among them. Not set: only those where it listens on loopback, so that no web page can reach it through a name of its own; every name elsewhere.")]
    public string Hosts { get; set; } = "";
}
