using Amazon;

namespace Swath.Endpoints.Aws.Kinesis;

/// <summary>
/// Kinesis Data Streams; AWS_ENDPOINT_URL_KINESIS, AWS_REGION and AWS_USE_FIPS_ENDPOINT apply. Its URLs are the service model's
/// (https://docs.aws.amazon.com/general/latest/gr/ak.html).
/// </summary>
internal sealed class KinesisConfig() : AwsServiceConfig("Kinesis", "kinesis")
{
    public override string ServiceVersion => "2013-12-02";

    public override string RegionEndpointServiceName => "kinesis";

    // In GovCloud the plain address is the FIPS one.
    protected override string HostIn(RegionEndpoint region) =>
        UseFIPSEndpoint && region.PartitionName != "aws-us-gov" ? "kinesis-fips" : "kinesis";
}
