using System.Collections.Immutable;

namespace Swath.Persistence.Outages;

/// <summary>How often a message was tried again: while the database was away, and by each rule.</summary>
internal readonly record struct MessageTries(int Away, ImmutableArray<int> ByRule)
{
    public int All => Away + ByRule.Sum();
}
