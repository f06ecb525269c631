using System.Net;
using Amazon.Runtime;
using Swath.Endpoints.Aws;
using Swath.Endpoints.Http;

namespace Swath.Endpoints.SageMaker;

/// <summary>
/// InvokeEndpoint (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html); needs sagemaker:InvokeEndpoint on the
/// endpoint, of the role that the request names or of the process's own identity.
/// </summary>
internal sealed class SageMakerProtocol : IInvocationProtocol
{
    private readonly string _name;
    private readonly IReadOnlyList<KeyValuePair<string, string>> _headers;
    private readonly SageMakerRuntime _runtime;
    private readonly AWSCredentials? _credentials;
    private readonly int _maxPayload;
    private readonly TimeProvider _time;

    /// <exception cref="AmazonClientException">No region is set, or the address is no URL.</exception>
    /// <exception cref="AssumedRoleException">The role is no role's ARN.</exception>
    public SageMakerProtocol(
        string name, string? roleArn, IReadOnlyList<KeyValuePair<string, string>> headers, SageMakerRuntime runtime, int maxPayload, TimeProvider time)
    {
        _name = name;
        _headers = headers;
        _runtime = runtime;
        _maxPayload = maxPayload;
        _time = time;
        _credentials = runtime.CredentialsOf(roleArn);
        Address = runtime.AddressOf(name);
    }

    public Uri Address { get; }

    public string Advice => "Check the network, AWS_REGION and AWS_ENDPOINT_URL.";

    public void Check(EncodedPayload payload)
    {
        if (payload.Body.Length <= _maxPayload)
            return;
        throw new InvocationException(
            InvocationFailure.TileTooLarge,
            retryable: false,
            $"The tile of {payload.Window.Width} x {payload.Window.Height} pixels is {payload.Body.Length} bytes as {payload.ContentType}; "
            + $"SageMaker takes {_maxPayload} at most. Lower tile.size, or choose a smaller tile.format and tile.compression (such as Jpeg).");
    }

    public async ValueTask<HttpRequestMessage> CreateRequestAsync(EncodedPayload payload, CancellationToken cancellationToken)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Content-Type"] = payload.ContentType,
            ["Accept"] = HttpProtocol.Accepted,
        };
        foreach (var (name, value) in _headers)
            headers[name] = value;
        try
        {
            await _runtime.SignAsync(Address, headers, payload.Body, _credentials, cancellationToken).ConfigureAwait(false);
        }
        catch (AssumedRoleException failure)
        {
            throw new InvocationException(InvocationFailure.Refused, failure.Retryable, failure.Message, failure);
        }
        catch (Exception failure) when (failure is AmazonClientException or AmazonServiceException)
        {
            throw SageMakerFailures.OfClient(_name, failure);
        }

        var request = new HttpRequestMessage(HttpMethod.Post, Address)
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

        request.Headers.TryAddWithoutValidation("User-Agent", "swath");
        return request;
    }

    public ValueTask<InvocationException> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        SageMakerFailures.OfAnswerAsync(_name, response, _time, cancellationToken);
}
