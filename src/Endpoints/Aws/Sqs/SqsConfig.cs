using Amazon;

namespace Swath.Endpoints.Aws.Sqs;

/// <summary>SQS; AWS_ENDPOINT_URL_SQS and AWS_REGION apply. Its URLs are the service model's (https://docs.aws.amazon.com/general/latest/gr/sqs-service.html).</summary>
internal sealed class SqsConfig() : AwsServiceConfig("SQS", "sqs")
{
    public override string ServiceVersion => "2012-11-05";

    public override string RegionEndpointServiceName => "sqs";

    protected override string HostIn(RegionEndpoint region) => UseFIPSEndpoint && region.PartitionName == "aws" ? "sqs-fips" : "sqs";
}
