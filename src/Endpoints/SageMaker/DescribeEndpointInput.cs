namespace Swath.Endpoints.SageMaker;

internal sealed class DescribeEndpointInput
{
    public string? EndpointName { get; set; }
}
