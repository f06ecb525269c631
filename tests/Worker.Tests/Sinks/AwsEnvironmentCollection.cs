namespace Swath.Worker.Tests.Sinks;

[CollectionDefinition(nameof(AwsEnvironmentTests), DisableParallelization = true)]
public sealed class AwsEnvironmentCollection;
