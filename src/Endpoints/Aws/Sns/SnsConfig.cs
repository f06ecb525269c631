using Amazon.Runtime;

namespace Swath.Endpoints.Aws.Sns;

/// <summary>SNS; AWS_ENDPOINT_URL_SNS and AWS_REGION apply. Its URLs are the service model's (https://docs.aws.amazon.com/general/latest/gr/sns.html).</summary>
internal sealed class SnsConfig() : AwsServiceConfig("SNS", "sns")
{
    public override string ServiceVersion => "2010-03-31";

    public override string RegionEndpointServiceName => "sns";

    public override string RegionalUrl()
    {
        var region = RegionEndpoint ?? throw new AmazonClientException("No AWS region is set. Set AWS_REGION, or AWS_ENDPOINT_URL_SNS for another address.");
        return UseFIPSEndpoint && region.PartitionName == "aws"
            ? $"https://sns-fips.{region.SystemName}.{region.PartitionDnsSuffix}"
            : $"https://sns.{region.SystemName}.{region.PartitionDnsSuffix}";
    }
}
