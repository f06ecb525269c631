using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Access;
using Swath.Access.Network;
using Swath.Contracts;
using Swath.Endpoints.Aws;
using Swath.Endpoints.Http;
using Swath.Endpoints.SageMaker;

namespace Swath.Endpoints;

internal sealed partial class ModelEndpointFactory(
    IOptionsMonitor<EndpointsOptions> options, SageMakerRuntime runtime, TimeProvider time, ILogger<HttpModelEndpoint> logger) : IModelEndpointFactory, IDisposable
{
    private readonly ConcurrentDictionary<string, RetryBudget> _budgets = new(StringComparer.Ordinal);
    private readonly Lazy<HttpMessageInvoker> _public = new(() => ModelConnections.Open(options.CurrentValue, internalAddresses: false));
    private readonly Lazy<HttpMessageInvoker> _any = new(() => ModelConnections.Open(options.CurrentValue, internalAddresses: true));

    public IModelEndpoint Create(ModelEndpoint endpoint, string? variant, JobAccess? access = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return EndpointAddress.IsHttp(endpoint.Name, endpoint.Type) ? CreateHttp(endpoint, access) : CreateSageMaker(endpoint, variant);
    }

    public void Dispose()
    {
        foreach (var connections in (Lazy<HttpMessageInvoker>[])[_public, _any])
        {
            if (connections.IsValueCreated)
                connections.Value.Dispose();
        }
    }

    private HttpModelEndpoint CreateHttp(ModelEndpoint endpoint, JobAccess? access)
    {
        var uri = EndpointAddress.ToUri(endpoint.Name);
        var verdict = HostVerdict.AnyAddress;
        if (access?.EndpointProblem(uri, out verdict) is { } problem)
            throw new InvocationException(InvocationFailure.Forbidden, retryable: false, $"The endpoint {EndpointAddress.ForLogs(uri)} {problem}.");
        var protocol = new HttpProtocol(uri, InvocationParameters.ToHeaders(endpoint.Parameters), time);
        return Create(protocol, uri.Authority, (verdict == HostVerdict.AnyAddress ? _any : _public).Value);
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
            return Create(protocol, $"sagemaker:{name}", _any.Value);
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

    private HttpModelEndpoint Create(IInvocationProtocol protocol, string budget, HttpMessageInvoker connections) => new(
        protocol, connections, options.CurrentValue, _budgets.GetOrAdd(budget, _ => new RetryBudget(time)), time, logger);

    // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
    [GeneratedRegex("^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", RegexOptions.CultureInvariant)]
    private static partial Regex EndpointName();
}
