namespace Swath.Endpoints;

/// <summary>How one kind of endpoint is asked over HTTP: what a tile's request looks like, and what a refusal means.</summary>
internal interface IInvocationProtocol
{
    /// <summary>Where tiles are posted to.</summary>
    Uri Address { get; }

    /// <summary>What to check when nobody can be reached there, as a sentence.</summary>
    string Advice { get; }

    /// <exception cref="InvocationException">The endpoint is known not to take this tile: it is never sent.</exception>
    void Check(EncodedPayload payload);

    /// <summary>A new request for each attempt.</summary>
    /// <exception cref="InvocationException">It can't be made: no credentials.</exception>
    ValueTask<HttpRequestMessage> CreateRequestAsync(EncodedPayload payload, CancellationToken cancellationToken);

    /// <summary>What an answer other than 2xx means.</summary>
    ValueTask<InvocationException> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken);
}
