using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Swath.Endpoints;
using Swath.Host.Composition;
using Swath.Host.Composition.Transports;
using Swath.Intake;
using Swath.Persistence;
using Swath.Scheduler;
using Swath.Worker;

namespace Swath.Host.Tests.Transports;

public sealed class MessagingTests
{
    [Theory]
    [InlineData(Roles.All, "assemble-result calculate-regions command-fault image-job image-requests release-capacity select-variant worker")]
    [InlineData(Roles.Intake, "calculate-regions image-requests")]
    [InlineData(Roles.Scheduler, "command-fault image-job release-capacity select-variant")]
    [InlineData(Roles.Worker, "assemble-result worker")]
    internal async Task Add_Roles_ConsumeTheirQueuesWhoseFaultsAreLookedFor(Roles roles, string expected)
    {
        var transport = new RecordingTransport();
        await using var database = NpgsqlDataSource.Create("Host=nowhere");
        await using var services = new ServiceCollection()
            .AddLogging(log => log.SetMinimumLevel(LogLevel.None))
            .AddSwathPersistence(database)
            .AddSwathEndpoints()
            .AddSwathIntake()
            .AddSwathScheduler()
            .AddSwathWorker()
            .AddMassTransit(bus => Messaging.Add(bus, new SwathProcessOptions { Transport = transport, Roles = roles }))
            .BuildServiceProvider();

        services.GetRequiredService<IBusControl>();

        var queues = transport.Queues.Select(queue => queue.StartsWith(FaultQueueNames.WorkerPrefix, StringComparison.Ordinal) ? "worker" : queue).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected, string.Join(' ', queues));
        Assert.All(queues, queue => Assert.Contains($"{queue}_error", FaultQueueNames.All));
    }

    private sealed class RecordingTransport : ITransport
    {
        private readonly InMemoryTransport _inner = new();

        public List<string> Queues { get; } = [];

        public string Name => _inner.Name;

        public bool LivesInProcess => _inner.LivesInProcess;

        public bool KeepsJobsTogether => true;

        public IFaultQueues? Faults => null;

        public void Use(IBusRegistrationConfigurator bus, Roles roles) => _inner.Use(bus, roles);

        public void Configure(string name, IReceiveEndpointConfigurator endpoint) => Queues.Add(name);

        public Uri Route(Uri queue, Guid? jobId) => queue;
    }
}
