namespace Swath.Persistence.EventSourcing;

/// <summary>Proves that tables that belong to no single job agree with one another.</summary>
public interface IStoreCheck
{
    /// <summary>SQL that yields (what differs, expected, actual), texts, one row a difference, out of one snapshot.</summary>
    string Statement { get; }
}
