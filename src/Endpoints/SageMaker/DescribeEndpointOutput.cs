namespace Swath.Endpoints.SageMaker;

/// <summary>Plain setters: the source generator of System.Text.Json drops the defaults of <c>init</c> properties.</summary>
internal sealed class DescribeEndpointOutput
{
    public string EndpointName { get; set; } = "";

    public string EndpointArn { get; set; } = "";

    /// <summary><c>InService</c>, <c>Creating</c>, <c>Updating</c>, ...</summary>
    public string EndpointStatus { get; set; } = "";

    /// <summary>Absent while the endpoint is created.</summary>
    public List<ProductionVariantSummary>? ProductionVariants { get; set; }
}
