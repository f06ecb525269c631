namespace Swath.Endpoints.Describing;

/// <summary>What SageMaker says of an endpoint, as far as capacity and variants need it; figures are made from it with the options of the moment.</summary>
/// <param name="Name">The endpoint's name.</param>
/// <param name="Status"><c>InService</c>, <c>Creating</c>, <c>Updating</c>, ...</param>
/// <param name="Variants">In SageMaker's order; empty while the endpoint is created.</param>
/// <param name="InstanceConcurrency">The tag <c>osml:instance-concurrency</c>, 1 or more; null without a usable one.</param>
/// <param name="TagsProblem">Why the tags could not be read, where they matter; null when they were. <paramref name="InstanceConcurrency"/> is then what was known before.</param>
internal sealed record EndpointDescription(
    string Name, string Status, IReadOnlyList<VariantDescription> Variants, int? InstanceConcurrency, string? TagsProblem = null)
{
    public const string InService = "InService";
}
