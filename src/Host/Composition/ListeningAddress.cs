using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Swath.Host.Commands;

namespace Swath.Host.Composition;

/// <summary>Where a process listens: what <c>--url</c> may be, and why the machine refuses it.</summary>
internal static class ListeningAddress
{
    /// <summary>The text, when a process can be asked to listen there.</summary>
    /// <exception cref="UsageException">It is no http:// address with a host and a port.</exception>
    public static string Check(string url)
    {
        var valid = false;
        try
        {
            // A free port (0) can be had of an address only, not of the name localhost, which is two.
            valid = BindingAddress.Parse(url) is { Scheme: "http", IsUnixPipe: false, IsNamedPipe: false, PathBase: "" or "/" } address
                && address.Port is >= 0 and <= ushort.MaxValue && (address.Port > 0 || address.Host != "localhost");
        }
        catch (FormatException)
        {
            // No address at all.
        }

        return valid ? url : throw new UsageException($"'{url}' is no address to listen at: give --url one such as {UpCommand.DefaultUrl}. TLS is the work of a proxy in front.");
    }

    /// <summary>The sentence for an address that the machine refuses; null when a start failed for another reason.</summary>
    public static string? Problem(string url, Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }:
                    return $"Another process listens at {url} already: give another address with --url, or end that process.";
                case SocketException { SocketErrorCode: SocketError.AccessDenied }:
                    return $"This user may not listen at {url}: give a port above 1023 with --url.";
                case SocketException { SocketErrorCode: SocketError.AddressNotAvailable }:
                    return $"{url} is no address of this machine: give one that is with --url, such as {UpCommand.DefaultUrl}.";
            }
        }

        return null;
    }
}
