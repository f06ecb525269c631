using System.CommandLine;
using Swath.Host.Composition;
using Swath.Host.Composition.Transports;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath faults</c> and <c>swath faults retry</c>: the messages that failed for good or could not be delivered, and another chance for them.</summary>
internal static class FaultsCommand
{
    public static Command Create()
    {
        var limit = new Option<int>("--limit") { Description = "At most so many of each queue.", DefaultValueFactory = _ => 100 };
        limit.Validators.Add(given => { if (given.GetValueOrDefault<int>() < 1) given.AddError("--limit must be 1 or more."); });
        var json = new Option<bool>("--json") { Description = "One JSON array instead of lines." };
        var command = new Command("faults", "Lists the messages that failed for good: their queue, job and reason.") { limit, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            List<FaultedMessage> faults = [];
            foreach (var queues in Queues(client))
                faults.AddRange(await queues.ListAsync(parsed.GetValue(limit), cancellationToken));
            if (parsed.GetValue(json))
            {
                JsonOutput.Write(faults);
                return ExitCodes.Done;
            }

            Terminal.WriteLine(faults.Count == 0 ? "No message has failed." : $"{faults.Count} message(s) failed. 'swath faults retry' puts them back into their queues.");
            foreach (var fault in faults)
                Terminal.WriteLine($"{fault.FailedAt?.UtcDateTime:yyyy-MM-dd HH:mm:ss}  {fault.Queue}  {fault.Message}  job {fault.JobId?.ToString() ?? "unknown"}: {fault.Reason}");
            return ExitCodes.Done;
        });
        command.Add(Retry());
        return command;
    }

    private static Command Retry()
    {
        var queue = new Option<string?>("--queue") { Description = "Only those of this queue." };
        var job = new Option<string?>("--job") { Description = "Only those of this job: its id, or as many of its first digits as make it unique." };
        var command = new Command("retry", "Puts messages that failed back into the queues where they did.") { queue, job };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (onlyQueue, onlyJob) = (parsed.GetValue(queue), parsed.GetValue(job));
            await using var client = await SwathClient.ConnectToExistingAsync(cancellationToken);
            var all = Queues(client);
            if (onlyJob is not null)
                await RequireOneAsync(all, onlyJob, cancellationToken);
            var (putBack, dropped) = (0, 0);
            foreach (var queues in all)
            {
                var retries = await queues.RetryAsync(fault => (onlyQueue is null || onlyQueue == fault.Queue || onlyQueue == FaultQueueNames.Shared(fault.Queue)) && (onlyJob is null || BeginsWith(fault.JobId, onlyJob)), cancellationToken);
                (putBack, dropped) = (putBack + retries.PutBack, dropped + retries.Dropped);
            }

            Terminal.WriteLine($"Put back {putBack} message(s).");
            if (dropped > 0)
                Terminal.WriteLine($"Dropped {dropped} message(s) to workers that are gone: their regions went to others.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task RequireOneAsync(IReadOnlyList<IFaultQueues> all, string job, CancellationToken cancellationToken)
    {
        List<FaultedMessage> faults = [];
        foreach (var queues in all)
            faults.AddRange(await queues.ListAsync(int.MaxValue, cancellationToken));
        Guid[] jobs = [.. faults.Select(fault => fault.JobId).OfType<Guid>().Where(id => BeginsWith(id, job)).Distinct()];
        if (jobs.Length > 1)
            throw new UsageException(JobArgument.Ambiguous(job, jobs));
    }

    internal static bool BeginsWith(Guid? id, string digits) =>
        digits.Length > 0 && id?.ToString("N").StartsWith(digits.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase) is true;

    // What could not be delivered waits in the database, what was delivered and failed with the broker.
    private static List<IFaultQueues> Queues(SwathClient client)
    {
        List<IFaultQueues> queues = [new UndeliverableQueue(client.Undelivered)];
        var transport = TransportChoice.Current();
        if (transport.Faults is { } faults)
            queues.Add(faults);
        else if (!transport.LivesInProcess)
            Terminal.WriteError($"Messages that were delivered and failed are in the queues of {transport.Name} whose names end in _error: look at them and move them back with its own tools.");
        return queues;
    }
}
