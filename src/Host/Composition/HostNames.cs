using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Options;
using Swath.Configuration;

namespace Swath.Host.Composition;

/// <summary>
/// Which names of this host are answered to. A web page that its user's browser shows can give its own name the address 127.0.0.1, and then speak to what
/// listens there; the Host header tells such requests.
/// </summary>
internal static class HostNames
{
    private static readonly string[] Loopback = ["localhost", "127.0.0.1", "[::1]"];

    /// <param name="services">Where the web host's services are.</param>
    /// <param name="url">Where it listens.</param>
    public static void AddHostNames(this IServiceCollection services, string url)
    {
        services.AddSwathOptions<ApiOptions>();
        services.AddOptions<HostFilteringOptions>().Configure<IOptions<ApiOptions>>((filter, api) =>
        {
            // Left empty, the framework's own setting counts: AllowedHosts, every name by default.
            foreach (var name in Of(url, api.Value.Hosts))
                filter.AllowedHosts.Add(name);
        });
    }

    /// <returns>The names; none where every one is answered to.</returns>
    public static IReadOnlyList<string> Of(string url, string configured)
    {
        var names = configured.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Contains("*"))
            return ["*"];
        if (names.Length > 0)
            return [.. names, .. Loopback];
        return Uri.TryCreate(url, UriKind.Absolute, out var address) && address.IsLoopback ? Loopback : [];
    }
}
