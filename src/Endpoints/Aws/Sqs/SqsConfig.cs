using Amazon.Runtime;

namespace Swath.Endpoints.Aws.Sqs;

/// <summary>SQS; AWS_ENDPOINT_URL_SQS and AWS_REGION apply. Its URLs are the service model's (https://docs.aws.amazon.com/general/latest/gr/sqs-service.html).</summary>
internal sealed class SqsConfig() : AwsServiceConfig("SQS", "sqs")
{
    public override string ServiceVersion => "2012-11-05";

    public override string RegionEndpointServiceName => "sqs";

    public override string RegionalUrl()
    {
        var region = RegionEndpoint ?? throw new AmazonClientException("No AWS region is set. Set AWS_REGION, or AWS_ENDPOINT_URL_SQS for another address.");
        return UseFIPSEndpoint && region.PartitionName == "aws"
            ? $"https://sqs-fips.{region.SystemName}.{region.PartitionDnsSuffix}"
            : $"https://sqs.{region.SystemName}.{region.PartitionDnsSuffix}";
    }
}
