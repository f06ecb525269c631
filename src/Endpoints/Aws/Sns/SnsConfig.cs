using Amazon;

namespace Swath.Endpoints.Aws.Sns;

/// <summary>SNS; AWS_ENDPOINT_URL_SNS and AWS_REGION apply. Its URLs are the service model's (https://docs.aws.amazon.com/general/latest/gr/sns.html).</summary>
internal sealed class SnsConfig() : AwsServiceConfig("SNS", "sns")
{
    public override string ServiceVersion => "2010-03-31";

    public override string RegionEndpointServiceName => "sns";

    protected override string HostIn(RegionEndpoint region) => UseFIPSEndpoint && region.PartitionName == "aws" ? "sns-fips" : "sns";
}
