using Swath.Contracts;

namespace Swath.Endpoints;

/// <summary>Tells HTTP endpoints from SageMaker ones, in the one place where that is decided.</summary>
internal static class EndpointAddress
{
    /// <summary>A name that starts with http:// or https:// is HTTP whatever the request's type says.</summary>
    public static bool IsHttp(string name, EndpointType type) =>
        type == EndpointType.Http
        || name.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="InvocationException">Not an absolute http or https URL.</exception>
    public static Uri ToUri(string name)
    {
        if (Uri.TryCreate(name, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0)
            return uri;
        throw new InvocationException(
            InvocationFailure.InvalidEndpoint,
            retryable: false,
            $"'{name}' is not the URL of an HTTP endpoint. Give one that starts with http:// or https://, such as http://localhost:8080/invocations.");
    }

    /// <summary>The URL without user, password and query: what may stand in logs.</summary>
    public static string ForLogs(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
