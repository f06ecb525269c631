using Npgsql;

namespace Swath.Persistence.Placement;

/// <summary>Puts messages behind the commit of the transaction that decided them.</summary>
public interface IPlacementOutbox
{
    /// <summary>Writes the messages with the transaction; they are delivered after it commits and never when it does not.</summary>
    Task EnqueueAsync(NpgsqlTransaction transaction, IReadOnlyCollection<object> messages, CancellationToken cancellationToken);
}
