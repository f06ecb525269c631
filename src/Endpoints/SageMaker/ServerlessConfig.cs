namespace Swath.Endpoints.SageMaker;

/// <summary>https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantServerlessConfig.html</summary>
internal sealed class ServerlessConfig
{
    public int MaxConcurrency { get; set; }
}
