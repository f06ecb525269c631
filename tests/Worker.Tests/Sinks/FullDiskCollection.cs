namespace Swath.Worker.Tests.Sinks;

[CollectionDefinition(nameof(FullDiskTests), DisableParallelization = true)]
public sealed class FullDiskCollection;
