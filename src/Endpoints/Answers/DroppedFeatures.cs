namespace Swath.Endpoints;

/// <summary>Counts features that can't be used, and remembers why the first of them can't. One thread at a time.</summary>
public sealed class DroppedFeatures
{
    /// <summary>How many reasons are remembered of one tile.</summary>
    public const int MostReasons = 3;

    private readonly List<string> _reasons = [];

    /// <summary>How many features were dropped.</summary>
    public int Count { get; private set; }

    /// <summary>Why, in sentences that name the feature: of the first few.</summary>
    public IReadOnlyList<string> Reasons => _reasons;

    public void Add(string reason)
    {
        Count++;
        if (_reasons.Count < MostReasons)
            _reasons.Add(reason);
    }
}
