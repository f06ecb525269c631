namespace Swath.Persistence;

/// <summary>
/// What a connection is for, which decides how long the server lets a statement run. Services ask for theirs by this key
/// (<c>[FromKeyedServices(ConnectionPurpose.Sweep)] NpgsqlDataSource</c>); without a key they get the interactive one.
/// </summary>
public enum ConnectionPurpose
{
    /// <summary>Somebody waits for the answer: a message, a request, a heartbeat. By default 5 s a statement.</summary>
    Interactive,

    /// <summary>Upkeep that walks over many rows, a thousand at most at a time. By default 60 s a statement.</summary>
    Sweep,

    /// <summary>
    /// What lasts by its nature: listening, holding a lock, migrating, reading all jobs. No limit, and a short time until a dead peer is noticed. Never held
    /// while a client takes its time over what was read.
    /// </summary>
    StreamOrLock,
}
