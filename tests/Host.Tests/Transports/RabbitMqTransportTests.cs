using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Swath.Contracts;
using Swath.Host.Composition.Transports;

namespace Swath.Host.Tests.Transports;

public sealed class RabbitMqTransportTests(RabbitMqFixture broker) : IClassFixture<RabbitMqFixture>
{
    private readonly Guid _job = Guid.NewGuid();

    [SkippableFact]
    public async Task Faults_MessageThatFailedForGood_IsListedAndPutBack()
    {
        var transport = new RabbitMqTransport(broker.Address());
        var broken = true;
        await using var process = await Trial.StartAsync(transport, Queues.ReleaseCapacity.AbsolutePath,
            _ => broken ? throw new InvalidOperationException("the anchor is stuck") : Task.CompletedTask);
        await process.SendAsync(Queues.ReleaseCapacity, _job);

        var fault = await FaultOfAsync(transport);
        Assert.Equal(("release-capacity", nameof(ReleaseCapacity), "the anchor is stuck"), (fault.Queue, fault.Message, fault.Reason));
        Assert.Equal(fault, await FaultOfAsync(transport)); // Looking takes nothing out.
        Assert.Equal(new FaultRetries(0, 0), await transport.Faults.RetryAsync(_ => false, Trial.Deadline()));
        broken = false;
        Assert.Equal(new FaultRetries(1, 0), await transport.Faults.RetryAsync(found => found.JobId == _job, Trial.Deadline()));

        Assert.Equal(_job, await process.Seen.Reader.ReadAsync(Trial.Deadline()));
        Assert.Equal(_job, await process.Seen.Reader.ReadAsync(Trial.Deadline()));
        Assert.DoesNotContain(await transport.Faults.ListAsync(100, Trial.Deadline()), found => found.JobId == _job);
    }

    [SkippableFact]
    public async Task Faults_OfAWorkerThatIsGone_AreDroppedWhenTriedAgain()
    {
        var transport = new RabbitMqTransport(broker.Address());
        await using (var worker = await Trial.StartAsync(transport, "worker-gone", _ => throw new InvalidOperationException("no slot")))
        {
            await worker.SendAsync(transport.Route(WorkerQueue.AddressOf("gone"), _job), _job);
            Assert.Equal("worker-gone", (await FaultOfAsync(transport)).Queue);
        }

        await using var client = await ConnectAsync();
        await using var channel = await client.CreateChannelAsync();
        await channel.QueueDeleteAsync("worker-gone");

        Assert.Equal(new FaultRetries(0, 1), await transport.Faults.RetryAsync(found => found.JobId == _job, Trial.Deadline()));
    }

    [SkippableFact]
    public async Task Send_ToAWorkerThatIsGone_MakesNoQueueAndDoesNotFail()
    {
        var transport = new RabbitMqTransport(broker.Address());
        await using var process = await Trial.StartAsync(transport, "bystander", _ => Task.CompletedTask);

        await process.SendAsync(transport.Route(WorkerQueue.AddressOf("never-was"), _job), _job);

        Assert.False(await QueueExistsAsync("worker-never-was"));
        Assert.True(await QueueExistsAsync("bystander"));
    }

    [SkippableFact]
    public async Task WorkerQueue_WhenItsWorkerStops_KeepsMessagesForARestart()
    {
        var transport = new RabbitMqTransport(broker.Address());
        await using var sender = await Trial.StartAsync(transport, "sender", _ => Task.CompletedTask);
        await (await Trial.StartAsync(transport, "worker-restarted", _ => Task.CompletedTask)).DisposeAsync();
        await sender.SendAsync(transport.Route(WorkerQueue.AddressOf("restarted"), _job), _job);

        await using var again = await Trial.StartAsync(transport, "worker-restarted", _ => Task.CompletedTask);

        Assert.Equal(_job, await again.Seen.Reader.ReadAsync(Trial.Deadline()));
    }

    [SkippableFact]
    public async Task Upkeep_BindingsOfAnEarlierRelease_AreTakenAway()
    {
        var exchange = $"Swath.Contracts:{nameof(JobCompleted)}";
        await using var client = await ConnectAsync();
        await using var channel = await client.CreateChannelAsync();
        await channel.ExchangeDeclareAsync(exchange, "fanout", durable: true);
        await channel.ExchangeDeclareAsync(Queues.ImageJob.AbsolutePath, "fanout", durable: true);
        await channel.ExchangeDeclareAsync("bystander-exchange", "fanout", durable: true);
        await channel.QueueDeclareAsync("seen", durable: true, exclusive: false, autoDelete: false);
        await channel.QueueBindAsync("seen", Queues.ImageJob.AbsolutePath, "");
        await channel.ExchangeBindAsync(Queues.ImageJob.AbsolutePath, exchange, "");
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        ((ITransport)new RabbitMqTransport(broker.Address())).AddUpkeep(services);
        await using var provider = services.BuildServiceProvider();

        var upkeep = Assert.IsAssignableFrom<BackgroundService>(provider.GetRequiredService<IHostedService>());
        await upkeep.StartAsync(CancellationToken.None);

        // It goes on looking: what is forged comes through until the bindings are gone, and Swath's own always does.
        var deadline = Trial.Deadline();
        string first;
        do
        {
            await channel.QueuePurgeAsync("seen", deadline);
            await channel.BasicPublishAsync(exchange, "", "a forged end"u8.ToArray(), deadline);
            await channel.BasicPublishAsync(Queues.ImageJob.AbsolutePath, "", "Swath's own"u8.ToArray(), deadline);
            var message = await channel.BasicGetAsync("seen", autoAck: true, deadline);
            first = Encoding.UTF8.GetString(message!.Body.Span);
        }
        while (first == "a forged end");
        Assert.Equal("Swath's own", first);
        await upkeep.StopAsync(deadline);
    }

    [SkippableFact]
    public async Task Consumer_StillBusyWhenTheProcessStops_GivesItsMessageBackWithoutAFault()
    {
        var transport = new RabbitMqTransport(broker.Address());
        var busy = await Trial.StartAsync(transport, "assemble-result", context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken));
        await busy.SendAsync(new Uri("queue:assemble-result"), _job);
        Assert.Equal(_job, await busy.Seen.Reader.ReadAsync(Trial.Deadline()));

        await busy.DisposeAsync();
        await using var other = await Trial.StartAsync(transport, "assemble-result", _ => Task.CompletedTask);

        Assert.Equal(_job, await other.Seen.Reader.ReadAsync(Trial.Deadline()));
        Assert.DoesNotContain(await transport.Faults.ListAsync(100, Trial.Deadline()), found => found.JobId == _job);
    }

    [SkippableTheory]
    [InlineData("\"jobId\":\"{0}\",\"jobId\":\"7f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c\"")]
    [InlineData("\"jobId\":\"{0}\",\"other\":{{\"a\":1,\"a\":2}}")]
    public async Task Consumer_MessageThatSaysAThingTwice_GoesToTheFaultQueue(string members)
    {
        var transport = new RabbitMqTransport(broker.Address());
        await using var process = await Trial.StartAsync(transport, Queues.ReleaseCapacity.AbsolutePath, _ => Task.CompletedTask);
        await using var client = await ConnectAsync();
        await using var channel = await client.CreateChannelAsync();
        var message = string.Format(System.Globalization.CultureInfo.InvariantCulture, members, _job);
        var body = "{\"messageId\":\"" + Guid.NewGuid() + "\",\"messageType\":[\"urn:message:Swath.Contracts:ReleaseCapacity\"],\"message\":{" + message + "}}";

        await channel.BasicPublishAsync(
            "", Queues.ReleaseCapacity.AbsolutePath, mandatory: true, new BasicProperties { ContentType = "application/vnd.masstransit+json" }, System.Text.Encoding.UTF8.GetBytes(body));

        Assert.Equal("release-capacity", (await FaultOfAsync(transport, "7f1c6f0e-7d5b-4c5e-9a55-0d7c4a1f2b3c")).Queue);
        Assert.False(process.Seen.Reader.TryRead(out _));
        await channel.QueuePurgeAsync("release-capacity_error");
    }

    private async Task<FaultedMessage> FaultOfAsync(RabbitMqTransport transport, string? orJob = null)
    {
        var deadline = Trial.Deadline();
        while (true)
        {
            if ((await transport.Faults.ListAsync(100, deadline)).SingleOrDefault(found => found.JobId == _job || (orJob is not null && found.JobId?.ToString() == orJob)) is { } fault)
                return fault;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, deadline);
        }
    }

    private async Task<bool> QueueExistsAsync(string queue)
    {
        await using var client = await ConnectAsync();
        await using var channel = await client.CreateChannelAsync();
        try
        {
            await channel.QueueDeclarePassiveAsync(queue);
            return true;
        }
        catch (OperationInterruptedException)
        {
            return false;
        }
    }

    private Task<IConnection> ConnectAsync() => new ConnectionFactory { Uri = broker.Address() }.CreateConnectionAsync();
}
