using MassTransit;

namespace Swath.Persistence.EventSourcing;

/// <summary>The message types that the table accepts before there is a saga.</summary>
internal sealed class StartingMessages<TSaga> where TSaga : class, SagaStateMachineInstance
{
    private readonly HashSet<Type> _types;

    public StartingMessages(SagaStateMachine<TSaga> machine) => _types =
    [
        .. machine.NextEvents(machine.Initial)
            .SelectMany(e => e.GetType().GetInterfaces())
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(Event<>))
            .Select(i => i.GetGenericArguments()[0]),
    ];

    public bool Contains(Type message) => _types.Contains(message);
}
