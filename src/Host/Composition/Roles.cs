namespace Swath.Host.Composition;

/// <summary>The parts of Swath that a process can run; each scales on its own.</summary>
[Flags]
internal enum Roles
{
    None = 0,

    /// <summary>The REST API, and measuring images.</summary>
    Intake = 1,

    /// <summary>The job saga, admission, and upkeep.</summary>
    Scheduler = 2,

    /// <summary>Processing regions, and writing results.</summary>
    Worker = 4,

    All = Intake | Scheduler | Worker,
}
