using Microsoft.Extensions.Logging;
using Polly;
using Polly.Timeout;

namespace Swath.Endpoints.Http;

/// <summary>A model that is asked over HTTP: one POST per tile, retried where that can help. What is posted is the protocol's to say.</summary>
internal sealed class HttpModelEndpoint : IModelEndpoint
{
    private readonly IInvocationProtocol _protocol;
    private readonly HttpMessageInvoker _connections;
    private readonly EndpointsOptions _options;
    private readonly RetryBudget _budget;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _retries;
    private readonly ResiliencePipeline _timeout;

    public HttpModelEndpoint(
        IInvocationProtocol protocol,
        HttpMessageInvoker connections,
        EndpointsOptions options,
        RetryBudget budget,
        TimeProvider time,
        ILogger logger)
    {
        _protocol = protocol;
        _connections = connections;
        _options = options;
        _budget = budget;
        _logger = logger;
        _retries = InvocationRetries.Build(options, budget, time);
        _timeout = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddTimeout(TimeSpan.FromSeconds(options.TimeoutSeconds))
            .Build();
    }

    public async Task<ModelAnswer> InvokeAsync(EncodedPayload payload, CancellationToken cancellationToken)
    {
        _protocol.Check(payload);
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

    private async ValueTask<ModelAnswer> AttemptAsync(EncodedPayload payload, Attempts attempts, CancellationToken cancellationToken)
    {
        if (payload.MayPost is { } mayPost)
            await mayPost(cancellationToken).ConfigureAwait(false);
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
            throw Logged(payload, attempts, HttpFailures.AttemptTimedOut(_protocol.Address, _options, timeout));
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

    private async ValueTask<ModelAnswer> SendAsync(EncodedPayload payload, CancellationToken cancellationToken)
    {
        using var request = await _protocol.CreateRequestAsync(payload, cancellationToken).ConfigureAwait(false);
        try
        {
            using var response = await _connections.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw await _protocol.FailureAsync(response, cancellationToken).ConfigureAwait(false);
            using var answer = await AnswerBuffer.ReadAsync(response.Content, _options.MaxAnswerBytes, cancellationToken).ConfigureAwait(false);
            return FeatureCollectionReader.Read(answer.Span, payload.Window, AnswerLimits.Of(_options));
        }
        catch (HttpRequestException failure)
        {
            throw HttpFailures.OfConnection(_protocol, failure);
        }
        catch (IOException failure)
        {
            throw HttpFailures.OfLostConnection(_protocol.Address, failure);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            // The socket handler reports its own connect time-out as a cancellation.
            throw HttpFailures.OfConnectTimeout(_protocol, _options, failure);
        }
    }

    private sealed class Attempts
    {
        public int Count { get; set; }
    }
}
