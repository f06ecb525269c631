using System.Net;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Timeout;

namespace Swath.Endpoints.Http;

/// <summary>A model behind a URL: one POST per tile, retried where that can help.</summary>
internal sealed class HttpModelEndpoint : IModelEndpoint
{
    private readonly Uri _uri;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers;
    private readonly HttpMessageInvoker _connections;
    private readonly EndpointsOptions _options;
    private readonly RetryBudget _budget;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _retries;
    private readonly ResiliencePipeline _timeout;

    public HttpModelEndpoint(
        Uri uri,
        IReadOnlyList<KeyValuePair<string, string>> headers,
        HttpMessageInvoker connections,
        EndpointsOptions options,
        RetryBudget budget,
        TimeProvider time,
        ILogger logger)
    {
        _uri = uri;
        _headers = headers;
        _connections = connections;
        _options = options;
        _budget = budget;
        _time = time;
        _logger = logger;
        _retries = InvocationRetries.Build(options, budget, time);
        _timeout = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddTimeout(TimeSpan.FromSeconds(options.TimeoutSeconds))
            .Build();
    }

    public async Task<IReadOnlyList<Detection>> InvokeAsync(EncodedPayload payload, CancellationToken cancellationToken)
    {
        var attempts = new Attempts();
        _budget.Deposit(_options);
        try
        {
            return await _retries.ExecuteAsync(
                static async (state, token) => await state.Endpoint.AttemptAsync(state.Payload, state.Attempts, token).ConfigureAwait(false),
                (Endpoint: this, Payload: payload, Attempts: attempts),
                cancellationToken).ConfigureAwait(false);
        }
        catch (InvocationException failure)
        {
            failure.Attempts = attempts.Count;
            throw;
        }
    }

    private async ValueTask<IReadOnlyList<Detection>> AttemptAsync(EncodedPayload payload, Attempts attempts, CancellationToken cancellationToken)
    {
        attempts.Count++;
        try
        {
            return await _timeout.ExecuteAsync(
                static async (state, token) => await state.Endpoint.SendAsync(state.Payload, token).ConfigureAwait(false),
                (Endpoint: this, Payload: payload),
                cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException timeout)
        {
            throw Logged(payload, attempts, HttpFailures.AttemptTimedOut(_uri, _options, timeout));
        }
        catch (InvocationException failure)
        {
            throw Logged(payload, attempts, failure);
        }
    }

    private InvocationException Logged(EncodedPayload payload, Attempts attempts, InvocationException failure)
    {
        _logger.LogDebug("Tile {Tile}, attempt {Attempt} of {Attempts}: {Kind}: {Reason}",
            payload.Window, attempts.Count, _options.MaxAttempts, failure.Kind, failure.Message);
        return failure;
    }

    private async ValueTask<IReadOnlyList<Detection>> SendAsync(EncodedPayload payload, CancellationToken cancellationToken)
    {
        using var request = CreateRequest(payload);
        try
        {
            using var response = await _connections.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw await HttpFailures.OfStatusAsync(_uri, response, _time, cancellationToken).ConfigureAwait(false);
            using var answer = await AnswerBuffer.ReadAsync(response.Content, _options.MaxAnswerBytes, cancellationToken).ConfigureAwait(false);
            return FeatureCollectionReader.Read(answer.Span, payload.Window);
        }
        catch (HttpRequestException failure)
        {
            throw HttpFailures.OfConnection(_uri, failure);
        }
        catch (IOException failure)
        {
            throw HttpFailures.OfLostConnection(_uri, failure);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The socket handler reports its own connect time-out as a cancellation.
            throw HttpFailures.OfConnectTimeout(_uri, _options, failure);
        }
    }

    private HttpRequestMessage CreateRequest(EncodedPayload payload)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _uri)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
            Content = new ReadOnlyMemoryContent(payload.Body),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", payload.ContentType);
        foreach (var (name, value) in _headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (!request.Headers.Contains("Accept"))
            request.Headers.TryAddWithoutValidation("Accept", "application/geo+json, application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "swath");
        return request;
    }

    private sealed class Attempts
    {
        public int Count { get; set; }
    }
}
