namespace Swath.Endpoints.SageMaker;

internal sealed class ListTagsOutput
{
    public List<ResourceTag>? Tags { get; set; }

    public string? NextToken { get; set; }
}
