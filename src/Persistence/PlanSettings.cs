namespace Swath.Persistence;

/// <summary>How statements are planned whose plans are kept.</summary>
public static class PlanSettings
{
    /// <summary>
    /// First in a transaction or a batch: what follows is planned by index. A plan that was made while a table was small must not read all of it when it
    /// is large.
    /// </summary>
    public const string ByIndex = "select set_config('enable_seqscan', 'off', true)";
}
