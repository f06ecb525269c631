using MassTransit;
using MassTransit.Context;
using MassTransit.Saga;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.EventSourcing;

/// <summary>Gives MassTransit's saga pipe its saga, out of the head of the stream. Nothing is written here: the commit follows the pipe.</summary>
internal sealed class EventSourcedRepositoryContext<TSaga, TState, TMessage>(
    CapturingConsumeContext<TMessage> context, Guid jobId, LiveStream<TState>? live)
    : ConsumeContextScope<TMessage>(context), SagaRepositoryContext<TSaga, TMessage>
    where TSaga : EventSourcedSaga<TState>, new()
    where TState : class, IFold<TState>
    where TMessage : class
{
    /// <summary>The saga that the pipe worked on; null when there is none and the message starts none.</summary>
    public TSaga? Saga { get; private set; }

    /// <summary>True when the pipe only looked.</summary>
    public bool Undone { get; private set; }

    public Task<SagaConsumeContext<TSaga, TMessage>> Add(TSaga instance) => Use(instance);

    public Task<SagaConsumeContext<TSaga, TMessage>> Insert(TSaga instance) => live is null ? Use(instance) : None();

    public Task<SagaConsumeContext<TSaga, TMessage>> Load(Guid correlationId)
    {
        if (live is null)
            return None();
        var saga = new TSaga();
        saga.Load(jobId, live.State, live.Version);
        return Use(saga);
    }

    public Task Save(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Update(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    // A saga that is over keeps its history; its final state says that it is over.
    public Task Delete(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Discard(SagaConsumeContext<TSaga> context) => Task.CompletedTask;

    public Task Undo(SagaConsumeContext<TSaga> context)
    {
        Undone = true;
        return Task.CompletedTask;
    }

    public Task<SagaConsumeContext<TSaga, T>> CreateSagaConsumeContext<T>(ConsumeContext<T> consumeContext, TSaga instance, SagaConsumeContextMode mode)
        where T : class =>
        Task.FromResult<SagaConsumeContext<TSaga, T>>(new DefaultSagaConsumeContext<TSaga, T>(consumeContext, instance));

    private Task<SagaConsumeContext<TSaga, TMessage>> Use(TSaga saga)
    {
        Saga = saga;
        return Task.FromResult<SagaConsumeContext<TSaga, TMessage>>(new DefaultSagaConsumeContext<TSaga, TMessage>(context, saga));
    }

    private static Task<SagaConsumeContext<TSaga, TMessage>> None() => Task.FromResult<SagaConsumeContext<TSaga, TMessage>>(null!);
}
