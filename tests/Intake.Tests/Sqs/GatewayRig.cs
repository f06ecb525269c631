using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Swath.Endpoints.Aws;
using Swath.Endpoints.Aws.Sqs;
using Swath.Intake.Notifications;
using Swath.Intake.Sqs;
using Swath.Intake.Submitting;
using Swath.Persistence;
using Swath.Persistence.EventSourcing;
using Swath.Persistence.Outbox;
using Swath.Scheduler.Jobs;
using Swath.Testing;

namespace Swath.Intake.Tests.Sqs;

/// <summary>Two queues of its own in the emulator, and a host that reads them as the intake role does: no saga, no transport but the in-memory one.</summary>
internal sealed class GatewayRig : IAsyncDisposable
{
    /// <summary>Longer than any of this takes, shorter than anybody's patience.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static int _queues;

    private readonly ServiceProvider _clients;
    private IHost? _host;

    private GatewayRig(ServiceProvider clients, ISqsClient sqs, string queue, string queueUrl, string deadLetterUrl) =>
        (_clients, Sqs, Queue, QueueUrl, DeadLetterUrl) = (clients, sqs, queue, queueUrl, deadLetterUrl);

    public ISqsClient Sqs { get; }

    public string Queue { get; }

    public string QueueUrl { get; }

    public string DeadLetterUrl { get; }

    public LogLines Log { get; } = new();

    /// <param name="suffix">What the queues' names end in: <c>.fifo</c> for FIFO queues.</param>
    public static async Task<GatewayRig> CreateAsync(string suffix = "")
    {
        await AwsMessagingEmulator.UseAsync();
        var name = $"requests-{Interlocked.Increment(ref _queues)}";
        var (queue, dead) = ($"{name}{suffix}", $"{name}-dlq{suffix}");
        (string, string)[] kind = suffix.Length > 0 ? [("FifoQueue", "true")] : [];
        var deadLetterUrl = await AwsMessagingEmulator.CreateQueueAsync(dead, kind);
        var policy = JsonSerializer.Serialize(new { deadLetterTargetArn = AwsMessagingEmulator.ArnOf(dead), maxReceiveCount = 5 });
        var queueUrl = await AwsMessagingEmulator.CreateQueueAsync(queue, [("RedrivePolicy", policy), .. kind]);
        var clients = new ServiceCollection().AddSwathAwsMessaging().BuildServiceProvider();
        return new GatewayRig(clients, clients.GetRequiredService<ISqsClient>(), queue, queueUrl, deadLetterUrl);
    }

    public async Task StartAsync(
        NpgsqlDataSource database, Action<SqsGatewayOptions>? configure = null, string? tenant = null, string? topic = null, TimeProvider? time = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Logging.ClearProviders().AddProvider(Log);
        builder.Services.AddSwathPersistence(database).AddSwathOutbox().AddEventStream<ImageJob>(ImageJobStream.Configure).AddSwathIntake().AddWideAccess();
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddIntakeConsumers();
            bus.UsingInMemory((context, memory) => memory.ConfigureEndpoints(context));
        });
        builder.Services.Configure<SqsGatewayOptions>(options =>
        {
            options.Queue = Queue;
            configure?.Invoke(options);
        });
        builder.Services.Configure<StatusTopicOptions>(options => options.ImageTopic = topic);
        builder.Services.Configure<SubmissionOptions>(options => options.QueueTenant = tenant);
        _host = builder.Build();
        await _host.StartAsync();
    }

    public async Task StopAsync()
    {
        if (_host is null)
            return;
        await _host.StopAsync();
        _host.Dispose();
        _host = null;
    }

    public Task<string> SendAsync(string body, params (string Name, string Value)[] attributes) =>
        Sqs.SendAsync(QueueUrl, body, attributes.ToDictionary(a => a.Name, a => SqsAttribute.Text(a.Value)), null, null, CancellationToken.None);

    /// <summary>Takes messages off a queue until there are so many, or until none has come for a while.</summary>
    public async Task<List<SqsMessage>> TakeAsync(string url, int count)
    {
        var taken = new List<SqsMessage>();
        while (taken.Count < count && await Sqs.ReceiveAsync(url, 10, TimeSpan.FromSeconds(10), Patience, CancellationToken.None) is { Count: > 0 } messages)
        {
            foreach (var message in messages)
                await Sqs.DeleteAsync(url, message.ReceiptHandle, CancellationToken.None);
            taken.AddRange(messages);
        }
        return taken;
    }

    /// <summary>Messages in the request queue, the hidden ones included.</summary>
    public async Task<int> RemainingAsync()
    {
        string[] names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
        var attributes = await Sqs.GetQueueAttributesAsync(QueueUrl, names, CancellationToken.None);
        return names.Sum(name => int.Parse(attributes[name], System.Globalization.CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _clients.DisposeAsync();
    }
}
