namespace Swath.Endpoints.Tests.SageMaker;

[CollectionDefinition(nameof(AwsEnvironmentTests), DisableParallelization = true)]
public sealed class AwsEnvironmentCollection;
