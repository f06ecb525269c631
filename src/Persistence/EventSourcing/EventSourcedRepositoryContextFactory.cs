using MassTransit;
using MassTransit.Middleware;
using MassTransit.Saga;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swath.Persistence.Outbox;

namespace Swath.Persistence.EventSourcing;

/// <summary>
/// The way of one message through the repository: take the stream's turn, load its head, let the state machine decide, check that table
/// and fold agree, commit event, row and outgoing messages in one transaction, then deliver.
/// </summary>
internal sealed class EventSourcedRepositoryContextFactory<TSaga, TState>(EventStore<TState> store, StartingMessages<TSaga> starting, IServiceProvider services)
    : ISagaRepositoryContextFactory<TSaga>, ILoadSagaRepositoryContextFactory<TSaga>
    where TSaga : EventSourcedSaga<TState>, new()
    where TState : class, IFold<TState>
{
    private readonly OutboxOptions _outbox = services.GetService<IOptions<OutboxOptions>>()?.Value ?? new OutboxOptions();

    // MassTransit's name of the state before the first message.
    private const string InitialState = "Initial";

    public async Task Send<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next) where T : class
    {
        var jobId = context.CorrelationId ?? throw new SagaException("The message has no correlation id; map it with CorrelateById.", typeof(TSaga), typeof(T));
        var messageId = context.GetOriginalMessageId()
            ?? throw new MessageException(typeof(T), "An event-sourced saga recognises repeated messages by their MessageId; the sender must set one.");

        using var turn = await store.Locks.EnterAsync(jobId, context.CancellationToken).ConfigureAwait(false);
        try
        {
            await HandleAsync(context, next, jobId, messageId).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NewerReleaseException || SchemaHeader.IsRefusedWriter(failure))
        {
            store.Forget(jobId);
            var newer = failure as NewerReleaseException ?? new NewerReleaseException(failure.Message, failure);
            await services.GetRequiredService<LeftToNewerRelease>().LeaveAsync(context.ReceiveContext, jobId, newer).ConfigureAwait(false);
        }
    }

    private async Task HandleAsync<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next, Guid jobId, Guid messageId) where T : class
    {
        if (starting.Contains(typeof(T)) && !store.Remembers(jobId) && await TryStartAsync(context, next, jobId, messageId).ConfigureAwait(false))
            return;
        var (live, remembered) = await store.LoadAsync(jobId, context.CancellationToken).ConfigureAwait(false);

        // What it sent then stands in the log, or is delivered.
        if (live is not null && live.VersionOf(messageId) > 0)
            return;

        var capturing = new CapturingConsumeContext<T>(context, services, store.Time, jobId, messageId);
        var repository = new EventSourcedRepositoryContext<TSaga, TState, T>(capturing, jobId, live);
        try
        {
            await next.Send(repository).ConfigureAwait(false);
        }
        catch (Exception e) when (remembered && e is not OperationCanceledException)
        {
            // The machine may have refused the message only because another process moved the saga on.
            await ThrowIfOutdatedAsync(jobId, live!.Version, e, context.CancellationToken).ConfigureAwait(false);
            throw;
        }

        if (repository.Saga is not { AcceptedCount: > 0 } saga || repository.Undone)
        {
            await FinishWithoutEventAsync(capturing, repository.Saga, jobId, live, remembered).ConfigureAwait(false);
            return;
        }
        if (await CommitAsync(capturing, saga, messageId, live).ConfigureAwait(false) == AppendOutcome.Conflict)
            throw new ConcurrencyException($"Event {saga.Version} was appended by somebody else meanwhile; the message is tried again.", typeof(TSaga), jobId);
    }

    public Task SendQuery<T>(ConsumeContext<T> context, ISagaQuery<TSaga> query, IPipe<SagaRepositoryQueryContext<TSaga, T>> next) where T : class =>
        throw new NotSupportedException($"{typeof(TSaga).Name} is event-sourced: its state is folded from one stream and can't be searched. Correlate {typeof(T).Name} with CorrelateById.");

    public async Task<T> Execute<T>(Func<LoadSagaRepositoryContext<TSaga>, Task<T>> asyncMethod, CancellationToken cancellationToken = default) where T : class =>
        await asyncMethod(new EventSourcedLoadContext<TSaga, TState>(store, cancellationToken)).ConfigureAwait(false);

    public void Probe(ProbeContext context) => context.Add("persistence", "event-sourced");

    // A message that can start a saga nearly always does: nothing is loaded for it. When the stream turns out to exist, nothing was
    // committed, and the message takes the ordinary way.
    private async Task<bool> TryStartAsync<T>(ConsumeContext<T> context, IPipe<SagaRepositoryContext<TSaga, T>> next, Guid jobId, Guid messageId)
        where T : class
    {
        var capturing = new CapturingConsumeContext<T>(context, services, store.Time, jobId, messageId);
        var repository = new EventSourcedRepositoryContext<TSaga, TState, T>(capturing, jobId, null);
        try
        {
            await next.Send(repository).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // It happens again on the ordinary way, if it was not for the wrong state.
            return false;
        }
        return repository.Saga is { AcceptedCount: > 0 } saga && !repository.Undone
            && await CommitAsync(capturing, saga, messageId, null).ConfigureAwait(false) == AppendOutcome.Appended;
    }

    private async Task<AppendOutcome> CommitAsync<T>(CapturingConsumeContext<T> context, TSaga saga, Guid messageId, LiveStream<TState>? live) where T : class
    {
        if (saga.AcceptedCount > 1)
            throw new EventStoreException($"{typeof(T).Name} was accepted {saga.AcceptedCount} times by {typeof(TSaga).Name}; a message is one event: keep one Accept() in the row.");
        if (saga.CurrentState != saga.State.Status)
            throw TableAndFoldDisagreeException.For(typeof(TSaga), saga.CorrelationId, context.Message, saga.CurrentState, saga.State.Status);

        live ??= new LiveStream<TState>(TState.Initial);
        var outgoing = context.Captured;
        var accepted = saga.Accepted!;
        var append = new PendingAppend<TState>
        {
            JobId = saga.CorrelationId,
            Version = saga.Version,
            MessageId = messageId,
            Type = store.Model.Types.NameOf(accepted.Message),
            Data = EventTypes.Write(accepted.Message),
            OccurredAt = accepted.OccurredAt,
            Outgoing = outgoing,
            State = saga.State,
            WritesRow = store.WritesRow(live, saga.State),
        };

        AppendOutcome outcome;
        try
        {
            outcome = await store.AppendAsync(append).ConfigureAwait(false);
        }
        catch
        {
            store.Forget(saga.CorrelationId);
            throw;
        }

        if (outcome == AppendOutcome.Appended)
        {
            store.Committed(live.State, saga.State);
            live.Append(saga.State, messageId);
            live.NoteRow(accepted.OccurredAt, append.WritesRow ? store.Time.GetTimestamp() : null);
            store.Remember(saga.CorrelationId, live);
            await DeliverAsync(context, append.Logged, outgoing).ConfigureAwait(false);
        }
        else
        {
            store.Forget(saga.CorrelationId);
        }
        return outcome;
    }

    // Of one job in order: the stream's turn is held. What the transport does not take, the log keeps: the event is committed, and failing the message would not undo it.
    private async Task DeliverAsync<T>(CapturingConsumeContext<T> context, LogEntry? logged, IReadOnlyList<OutgoingMessage> outgoing) where T : class
    {
        foreach (var message in outgoing)
        {
            store.Messages.Handing(message, logged);
            try
            {
                await context.DeliverAsync(message, _outbox, CancellationToken.None).ConfigureAwait(false);
                store.Messages.Handed(message, logged);
            }
            catch (Exception e)
            {
                store.Messages.Fail(message, logged!, e);
            }
        }
    }

    private async Task FinishWithoutEventAsync<T>(CapturingConsumeContext<T> context, TSaga? saga, Guid jobId, LiveStream<TState>? live, bool remembered)
        where T : class
    {
        if (remembered)
            await ThrowIfOutdatedAsync(jobId, live!.Version, null, context.CancellationToken).ConfigureAwait(false);
        var from = live?.State.Status ?? InitialState;
        if (saga is not null && (saga.CurrentState ?? InitialState) != from)
            throw TableAndFoldDisagreeException.WithoutAccept(typeof(TSaga), jobId, typeof(T), from, saga.CurrentState);
        // Answers of rows that accept nothing: no transaction holds them, the message is acknowledged after they are sent.
        foreach (var message in context.Captured)
            await context.DeliverAsync(message, _outbox, context.CancellationToken).ConfigureAwait(false);
    }

    private async Task ThrowIfOutdatedAsync(Guid jobId, int version, Exception? cause, CancellationToken cancellationToken)
    {
        if (await store.IsOutdatedAsync(jobId, version, cancellationToken).ConfigureAwait(false))
            throw new ConcurrencyException($"The saga has moved on from version {version} in another process; the message is tried again.", typeof(TSaga), jobId, cause!);
    }
}
