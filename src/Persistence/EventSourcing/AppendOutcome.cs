namespace Swath.Persistence.EventSourcing;

/// <summary>What became of an event.</summary>
internal enum AppendOutcome
{
    /// <summary>It is in the stream.</summary>
    Appended,

    /// <summary>The stream has an event of this message already.</summary>
    Duplicate,

    /// <summary>Somebody else appended to the stream meanwhile.</summary>
    Conflict,
}
