namespace Swath.Endpoints.SageMaker;

/// <summary>https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantSummary.html</summary>
internal sealed class ProductionVariantSummary
{
    public string VariantName { get; set; } = "";

    public double? CurrentWeight { get; set; }

    public int? CurrentInstanceCount { get; set; }

    public ServerlessConfig? CurrentServerlessConfig { get; set; }
}
