using Amazon.Runtime;
using Swath.Endpoints.Aws;

namespace Swath.Endpoints.SageMaker;

/// <summary>
/// The SageMaker control plane; AWS_ENDPOINT_URL_SAGEMAKER, AWS_REGION and AWS_USE_FIPS_ENDPOINT apply. Its URLs are the service model's
/// (https://docs.aws.amazon.com/general/latest/gr/sagemaker.html).
/// </summary>
internal sealed class SageMakerConfig() : AwsServiceConfig("SageMaker", "sagemaker")
{
    public override string ServiceVersion => "2017-07-24";

    public override string RegionEndpointServiceName => "api.sagemaker";

    public override string RegionalUrl()
    {
        var region = RegionEndpoint
            ?? throw new AmazonClientException("No AWS region is set. Set AWS_REGION, or AWS_ENDPOINT_URL_SAGEMAKER for another address.");
        if (UseDualstackEndpoint)
            throw new AmazonClientException("The SageMaker client has no dual-stack addresses. Unset AWS_USE_DUALSTACK_ENDPOINT, or set AWS_ENDPOINT_URL_SAGEMAKER.");
        if (!UseFIPSEndpoint)
            return $"https://api.sagemaker.{region.SystemName}.{region.PartitionDnsSuffix}";
        return region.PartitionName is "aws" or "aws-us-gov"
            ? $"https://api-fips.sagemaker.{region.SystemName}.{region.PartitionDnsSuffix}"
            : $"https://api.sagemaker-fips.{region.SystemName}.{region.PartitionDnsSuffix}";
    }
}
