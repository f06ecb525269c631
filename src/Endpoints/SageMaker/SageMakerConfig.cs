using Amazon;
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

    protected override string HostIn(RegionEndpoint region) => (UseFIPSEndpoint, region.PartitionName) switch
    {
        (false, _) => "api.sagemaker",
        (true, "aws" or "aws-us-gov") => "api-fips.sagemaker",
        (true, _) => "api.sagemaker-fips",
    };
}
