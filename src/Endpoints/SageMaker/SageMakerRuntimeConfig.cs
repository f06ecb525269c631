using Amazon;
using Swath.Endpoints.Aws;

namespace Swath.Endpoints.SageMaker;

/// <summary>
/// SageMaker's runtime, which models are invoked through; AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME, AWS_REGION and AWS_USE_FIPS_ENDPOINT apply. Its
/// URLs are the service model's (https://docs.aws.amazon.com/general/latest/gr/sagemaker.html).
/// </summary>
internal sealed class SageMakerRuntimeConfig() : AwsServiceConfig("SageMaker Runtime", "sagemaker")
{
    public override string ServiceVersion => "2017-05-13";

    public override string RegionEndpointServiceName => "runtime.sagemaker";

    protected override string HostIn(RegionEndpoint region) => (UseFIPSEndpoint, region.PartitionName) switch
    {
        // In GovCloud the plain address is the FIPS one.
        (false, _) or (_, "aws-us-gov") => "runtime.sagemaker",
        (true, "aws") => "runtime-fips.sagemaker",
        (true, _) => "runtime.sagemaker-fips",
    };
}
