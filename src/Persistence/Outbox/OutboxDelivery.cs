using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Swath.Persistence.Outbox;

/// <summary>
/// What a process with a bus does for messages beside its own: delivers what is due, takes over what dead processes and earlier releases left, and
/// asks again what was not answered. Three loops, of which none waits for another or fails with it.
/// </summary>
internal sealed class OutboxDelivery(
    NpgsqlDataSource database, IBusControl bus, PendingDelivery pending, LeftMessages left, EarlierOutbox earlier, UnansweredCommands unanswered, MessageLog log, OutboxSignal signal,
    TimeProvider time, IOptions<OutboxOptions> options, ILogger<OutboxDelivery> logger)
    : BackgroundService
{
    // One statement says what there is to do: an idle process asks nothing else.
    private static readonly string Look =
        $"""
        select (select extract(epoch from min(next_try) - swath_now())::double precision from message_pending where writer is null and faulted_at is null),
               {LeftMessages.Exist} or {EarlierOutbox.Exists}
        """;

    // Due, and in the way of the next only for as long as another process has an earlier message of the job in hand.
    private static readonly TimeSpan Blocked = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(10);

    private const string NoteTransport = "update last_transport set name = $1 where name <> $1";

    private readonly SemaphoreSlim _isLeft = new(0, 1);

    public override void Dispose()
    {
        _isLeft.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
        await Task.WhenAll(DeliverAsync(stoppingToken), TakeOverAsync(stoppingToken), AskAgainAsync(stoppingToken));
    }

    private async Task DeliverAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var wait = options.Value.SweepInterval;
            await TryAsync("Delivering what waits", async () =>
            {
                await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
                for (var due = await LookAsync(stoppingToken); due is { } time; due = await LookAsync(stoppingToken))
                {
                    if (time > TimeSpan.Zero)
                    {
                        wait = time < wait ? time : wait;
                        return;
                    }
                    if (await pending.DeliverDueAsync(stoppingToken) == 0)
                    {
                        wait = Blocked < wait ? Blocked : wait;
                        return;
                    }
                }
            }, stoppingToken);
            await signal.WaitAsync(wait, stoppingToken);
        }
    }

    private async Task TakeOverAsync(CancellationToken stoppingToken)
    {
        // What the last process of a transport that forgets had in hand, it forgot: nobody's lease is waited for.
        var everybodys = options.Value.TransportForgets;
        var taken = time.GetTimestamp();
        while (true)
        {
            var isDone = await TryAsync("Taking over what other processes left", async () =>
            {
                var count = await left.TakeOverAsync(log.Writer, everybodys, stoppingToken);
                if (count > 0)
                    taken = time.GetTimestamp();
                if (count > 0)
                    logger.LogInformation("Took over {Count} rows of messages from processes that are gone", count);
            }, stoppingToken);
            isDone &= await TryAsync("Carrying over what an earlier release left", async () =>
            {
                var count = await earlier.CarryAsync(everybodys, stoppingToken);
                if (count > 0)
                    logger.LogInformation("Went through {Count} messages and jobs of an earlier release", count);
            }, stoppingToken);
            if (isDone)
            {
                // The last statement of a process that is gone may commit after it was taken for dead.
                everybodys = false;
                await _isLeft.WaitAsync(time.GetElapsedTime(taken) < Seldom ? Soon : Seldom, stoppingToken);
            }
            else
            {
                await Task.Delay(options.Value.SweepInterval, time, stoppingToken);
            }
        }
    }

    private async Task AskAgainAsync(CancellationToken stoppingToken)
    {
        var isForgotten = options.Value.TransportForgets;
        while (!await TryAsync("Asking again at the start", async () =>
        {
            isForgotten |= await HasChangedAsync(stoppingToken);
            if (isForgotten)
                await unanswered.AskAllAsync(stoppingToken);
        }, stoppingToken))
        {
            await Task.Delay(options.Value.SweepInterval, time, stoppingToken);
        }

        while (options.Value.AsksAgain)
        {
            await Task.Delay(options.Value.AskAgainAfter, time, stoppingToken);
            await TryAsync("Asking again", () => unanswered.AskAsync(stoppingToken), stoppingToken);
        }
    }

    /// <returns>True for one process of those that begin to use another transport than the one used last.</returns>
    private async Task<bool> HasChangedAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Transport is not { } transport)
            return false;
        await using var note = database.CreateCommand(NoteTransport);
        note.Parameters.Add(new NpgsqlParameter<string> { TypedValue = transport });
        if (await note.ExecuteNonQueryAsync(stoppingToken) == 0)
            return false;
        logger.LogInformation("Another transport carried the messages of unfinished jobs before: what they wait for is asked again over {Transport}", transport);
        return true;
    }

    /// <returns>How long until the next message is due, zero or less when one is; null when none waits.</returns>
    private async Task<TimeSpan?> LookAsync(CancellationToken stoppingToken)
    {
        await using var command = database.CreateCommand(Look);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = log.Writer });
        await using var reader = await command.ExecuteReaderAsync(stoppingToken);
        await reader.ReadAsync(stoppingToken);
        if (reader.GetBoolean(1) && _isLeft.CurrentCount == 0)
            _isLeft.Release();
        return reader.IsDBNull(0) ? null : TimeSpan.FromSeconds(reader.GetDouble(0));
    }

    private async Task<bool> TryAsync(string what, Func<Task> work, CancellationToken stoppingToken)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            logger.LogError(e, "{What} failed; it is tried again in {Interval}", what, options.Value.SweepInterval);
            return false;
        }
    }
}
