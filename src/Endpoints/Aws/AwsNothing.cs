namespace Swath.Endpoints.Aws;

/// <summary>The output of a call that has none: its answer has no body, which is no JSON.</summary>
internal sealed class AwsNothing;
