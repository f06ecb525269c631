using Amazon.Runtime;

namespace Swath.Endpoints.Aws.Kinesis;

/// <summary>
/// Kinesis Data Streams; AWS_ENDPOINT_URL_KINESIS, AWS_REGION and AWS_USE_FIPS_ENDPOINT apply. Its URLs are the service model's
/// (https://docs.aws.amazon.com/general/latest/gr/ak.html).
/// </summary>
internal sealed class KinesisConfig() : AwsServiceConfig("Kinesis", "kinesis")
{
    public override string ServiceVersion => "2013-12-02";

    public override string RegionEndpointServiceName => "kinesis";

    public override string RegionalUrl()
    {
        var region = RegionEndpoint
            ?? throw new AmazonClientException("No AWS region is set. Set AWS_REGION, or AWS_ENDPOINT_URL_KINESIS for another address.");
        if (UseDualstackEndpoint)
            throw new AmazonClientException("The Kinesis client has no dual-stack addresses. Unset AWS_USE_DUALSTACK_ENDPOINT, or set AWS_ENDPOINT_URL_KINESIS.");
        // In GovCloud the plain address is the FIPS one.
        var host = UseFIPSEndpoint && region.PartitionName != "aws-us-gov" ? "kinesis-fips" : "kinesis";
        return $"https://{host}.{region.SystemName}.{region.PartitionDnsSuffix}";
    }
}
