using Npgsql;

namespace Swath.Host.Commands;

/// <summary>What the machine refuses a command: a sentence for its user, who can mend it, in place of a stack trace.</summary>
internal static class MachineFailure
{
    // ENOSPC, which .NET gives as it is on unix.
    private const int NoSpace = 28;

    /// <returns>Null when the failure is of another kind: then it is a defect, and where it came from matters.</returns>
    public static string? Sentence(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused:
                    return $"The database refused: {refused.MessageText}. Its owner must give this role the right.";
                case PostgresException { SqlState: PostgresErrorCodes.DiskFull } full:
                    return $"The database's disk is full: {full.MessageText}. Free some space, then start again: nothing that was accepted is lost.";
                case UnauthorizedAccessException denied:
                    return $"This user may not do that: {denied.Message}";
                case IOException { HResult: NoSpace } full:
                    return $"The disk is full: {full.Message}";
            }
        }

        return null;
    }
}
