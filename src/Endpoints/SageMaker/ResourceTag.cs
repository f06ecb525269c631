namespace Swath.Endpoints.SageMaker;

internal sealed class ResourceTag
{
    public string Key { get; set; } = "";

    public string Value { get; set; } = "";
}
