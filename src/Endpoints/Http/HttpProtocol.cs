using System.Net;

namespace Swath.Endpoints.Http;

/// <summary>A model behind a URL of its own.</summary>
internal sealed class HttpProtocol(Uri uri, IReadOnlyList<KeyValuePair<string, string>> headers, TimeProvider time) : IInvocationProtocol
{
    public const string Accepted = "application/geo+json, application/json";

    public Uri Address => uri;

    public string Advice => "Check that the model runs there.";

    public void Check(EncodedPayload payload)
    {
        // What it takes is its own to say.
    }

    public ValueTask<HttpRequestMessage> CreateRequestAsync(EncodedPayload payload, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
            Content = new ReadOnlyMemoryContent(payload.Body),
        };
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        if (!request.Content.Headers.Contains("Content-Type"))
            request.Content.Headers.TryAddWithoutValidation("Content-Type", payload.ContentType);
        if (!request.Headers.Contains("Accept"))
            request.Headers.TryAddWithoutValidation("Accept", Accepted);
        request.Headers.TryAddWithoutValidation("User-Agent", "swath");
        return ValueTask.FromResult(request);
    }

    public ValueTask<InvocationException> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        HttpFailures.OfStatusAsync(uri, response, time, cancellationToken);
}
