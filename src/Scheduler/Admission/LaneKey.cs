namespace Swath.Scheduler.Admission;

/// <summary>Jobs of one endpoint variant that are served strictly by age.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Priority">Base priority.</param>
/// <param name="Rule"><c>queue.rule</c>: equal for jobs that the same workers may take.</param>
internal readonly record struct LaneKey(string Tenant, int Priority, Guid Rule);
