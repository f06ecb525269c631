using System.Net.Sockets;
using Npgsql;

namespace Swath.Persistence.Outages;

/// <summary>
/// Tells the database's absence from every other failure: the one rule for all that count tries or give up. A database that is away, that is
/// starting or going, that has no room or no time, is nobody's failure: what met it waits (<see cref="DatabaseReturn"/>) and is done again.
/// </summary>
public static class DatabaseAway
{
    /// <summary>True when this, or what caused it, is the database being away.</summary>
    public static bool IsCauseOf(Exception failure) => failure switch
    {
        AggregateException many => many.InnerExceptions.Any(IsCauseOf),
        PostgresException answer => IsAway(answer),
        // Two commands at once on one connection are a mistake of ours and come again each time.
        NpgsqlOperationInProgressException => false,
        // Every other one is about the connection and says nothing of what was asked.
        NpgsqlException => true,
        SocketException or IOException or TimeoutException when IsNpgsqls(failure) => true,
        _ => failure.InnerException is { } cause && IsCauseOf(cause),
    };

    // A host whose name nobody knows any more is thrown by the resolver, and passes Npgsql on its way as it is.
    private static bool IsNpgsqls(Exception failure) =>
        failure.Source == "Npgsql" || failure.StackTrace?.Contains(" Npgsql.", StringComparison.Ordinal) == true;

    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    private static bool IsAway(PostgresException answer) =>
        answer.IsTransient
        || answer.SqlState is PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.ReadOnlySqlTransaction
        || answer.SqlState[..2] is "08" or "53" or "57" or "58";
}
