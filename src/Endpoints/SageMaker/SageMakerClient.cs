using Amazon.Runtime;
using Swath.Endpoints.Aws;

namespace Swath.Endpoints.SageMaker;

/// <summary>The two calls of the SageMaker control plane that Swath makes; needs sagemaker:DescribeEndpoint and sagemaker:ListTags.</summary>
internal sealed class SageMakerClient(SageMakerConfig config) : AwsJsonClient(config, "SageMaker")
{
    // The API's pages hold 50 tags or more, and a resource has at most 50: more pages than this are a loop.
    private const int MostPages = 100;

    /// <summary>https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html</summary>
    public Task<DescribeEndpointOutput> DescribeEndpointAsync(string endpointName, CancellationToken cancellationToken) => CallAsync(
        "DescribeEndpoint",
        new DescribeEndpointInput { EndpointName = endpointName },
        SageMakerJson.Default.DescribeEndpointInput,
        SageMakerJson.Default.DescribeEndpointOutput,
        cancellationToken);

    /// <summary>All pages of https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTags.html</summary>
    public async Task<IReadOnlyList<ResourceTag>> ListTagsAsync(string resourceArn, CancellationToken cancellationToken)
    {
        var tags = new List<ResourceTag>();
        string? next = null;
        for (var page = 0; page < MostPages; page++)
        {
            var output = await CallAsync(
                "ListTags",
                new ListTagsInput { ResourceArn = resourceArn, NextToken = next },
                SageMakerJson.Default.ListTagsInput,
                SageMakerJson.Default.ListTagsOutput,
                cancellationToken).ConfigureAwait(false);
            tags.AddRange(output.Tags ?? []);
            next = output.NextToken;
            if (string.IsNullOrEmpty(next))
                return tags;
        }

        throw new AmazonClientException($"The tags of {resourceArn} do not end after {MostPages} pages.");
    }
}
