namespace Swath.Endpoints.SageMaker;

internal sealed class ListTagsInput
{
    public string? ResourceArn { get; set; }

    public string? NextToken { get; set; }
}
