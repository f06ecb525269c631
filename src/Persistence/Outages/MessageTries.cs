namespace Swath.Persistence.Outages;

/// <summary>How often a message was tried again, by reason.</summary>
internal readonly record struct MessageTries(int Away, int Conflicts, int Failures)
{
    public int All => Away + Conflicts + Failures;
}
