namespace Swath.Host.Composition;

/// <summary>What a process does of Swath; any number of processes may share a role where the transport is a broker.</summary>
[Flags]
internal enum Roles
{
    /// <summary>The ways in: the REST API, and measuring images.</summary>
    Intake = 1,

    /// <summary>The life of every job: the saga, capacity, admission, placement.</summary>
    Scheduler = 2,

    /// <summary>Regions: cut, infer, locate; and assembling results.</summary>
    Worker = 4,

    All = Intake | Scheduler | Worker,
}
