using Swath.Persistence.EventSourcing;

namespace Swath.Scheduler.Verification;

/// <summary>The newest rows of <c>capacity_ledger</c>, less the returns that they have not folded, against the open reservations.</summary>
public sealed class LedgerCheck : IStoreCheck
{
    // Served by the primary key of capacity_ledger, and capacity_reservations_admitted.
    /// <inheritdoc/>
    public string Statement =>
        """
        select concat_ws(' ', 'capacity_ledger', l.endpoint, nullif(l.variant, '')),
               coalesce(sum(c.load - c.released), 0) || ' reserved by ' || count(c.reservation_id) || ' job(s)',
               l.reserved || ' reserved by ' || l.holders || ' job(s)'
        from capacity l
        left join capacity_reservations c on c.endpoint = l.endpoint and c.variant = l.variant and c.closed_at is null
        group by l.endpoint, l.variant, l.reserved, l.holders
        having coalesce(sum(c.load - c.released), 0) <> l.reserved or count(c.reservation_id) <> l.holders
        order by l.endpoint, l.variant
        """;
}
