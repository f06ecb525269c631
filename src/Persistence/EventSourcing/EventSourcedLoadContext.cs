using MassTransit;
using MassTransit.Middleware;
using MassTransit.Saga;

namespace Swath.Persistence.EventSourcing;

/// <summary>Loads a saga for looking at it, outside of any message.</summary>
internal sealed class EventSourcedLoadContext<TSaga, TState>(EventStore<TState> store, CancellationToken cancellationToken)
    : BasePipeContext(cancellationToken), LoadSagaRepositoryContext<TSaga>
    where TSaga : EventSourcedSaga<TState>, new()
    where TState : class, IFold<TState>
{
    public async Task<TSaga> Load(Guid correlationId)
    {
        using var turn = await store.Locks.EnterAsync(correlationId, CancellationToken).ConfigureAwait(false);
        var (live, _) = await store.LoadAsync(correlationId, CancellationToken).ConfigureAwait(false);
        if (live is null)
            return null!;
        var saga = new TSaga();
        saga.Load(correlationId, live.State, live.Version);
        return saga;
    }
}
