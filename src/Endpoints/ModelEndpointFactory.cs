using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Contracts;
using Swath.Endpoints.Aws;
using Swath.Endpoints.Http;
using Swath.Endpoints.SageMaker;

namespace Swath.Endpoints;

internal sealed partial class ModelEndpointFactory(
    IOptionsMonitor<EndpointsOptions> options, SageMakerRuntime runtime, TimeProvider time, ILogger<HttpModelEndpoint> logger) : IModelEndpointFactory, IDisposable
{
    private readonly ConcurrentDictionary<string, RetryBudget> _budgets = new(StringComparer.Ordinal);
    private readonly Lazy<HttpMessageInvoker> _connections = new(() => ModelConnections.Open(options.CurrentValue));

    public IModelEndpoint Create(ModelEndpoint endpoint, string? variant)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return EndpointAddress.IsHttp(endpoint.Name, endpoint.Type) ? CreateHttp(endpoint) : CreateSageMaker(endpoint, variant);
    }

    public void Dispose()
    {
        if (_connections.IsValueCreated)
            _connections.Value.Dispose();
    }

    private HttpModelEndpoint CreateHttp(ModelEndpoint endpoint)
    {
        var uri = EndpointAddress.ToUri(endpoint.Name);
        return Create(new HttpProtocol(uri, InvocationParameters.ToHeaders(endpoint.Parameters), time), uri.Authority);
    }

    private HttpModelEndpoint CreateSageMaker(ModelEndpoint endpoint, string? variant)
    {
        var name = endpoint.Name;
        if (name.Length > 63 || !EndpointName().IsMatch(name))
        {
            throw new InvocationException(
                InvocationFailure.InvalidEndpoint,
                retryable: false,
                $"'{name}' is not the name of a SageMaker endpoint: letters, digits and hyphens, 63 at most. An HTTP endpoint's name starts with http:// or https://.");
        }

        try
        {
            var headers = InvocationParameters.ToHeaders(endpoint.Parameters, variant ?? endpoint.TargetVariant, endpoint.TargetVariant is not null);
            var protocol = new SageMakerProtocol(name, endpoint.AssumedRole, headers, runtime, options.CurrentValue.SageMakerMaxPayloadBytes, time);
            return Create(protocol, $"sagemaker:{name}");
        }
        catch (AssumedRoleException failure)
        {
            throw new InvocationException(InvocationFailure.InvalidEndpoint, failure.Retryable, failure.Message, failure);
        }
        catch (Exception failure) when (failure is AmazonClientException or UriFormatException)
        {
            throw SageMakerFailures.OfClient(name, failure);
        }
    }

    private HttpModelEndpoint Create(IInvocationProtocol protocol, string budget) => new(
        protocol, _connections.Value, options.CurrentValue, _budgets.GetOrAdd(budget, _ => new RetryBudget(time)), time, logger);

    // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
    [GeneratedRegex("^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", RegexOptions.CultureInvariant)]
    private static partial Regex EndpointName();
}
