using System.CommandLine;
using Swath.Host.Composition.Transports;
using Swath.Host.Output;

namespace Swath.Host.Commands;

/// <summary><c>swath faults</c> and <c>swath faults retry</c>: the messages that failed for good, and another chance for them.</summary>
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
            var faults = await Queues().ListAsync(parsed.GetValue(limit), cancellationToken);
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
            var queues = Queues();
            if (onlyJob is not null)
                await RequireOneAsync(queues, onlyJob, cancellationToken);
            var retries = await queues.RetryAsync(fault => (onlyQueue is null || onlyQueue == fault.Queue || onlyQueue == FaultQueueNames.Shared(fault.Queue)) && (onlyJob is null || BeginsWith(fault.JobId, onlyJob)), cancellationToken);
            Terminal.WriteLine($"Put back {retries.PutBack} message(s).");
            if (retries.Dropped > 0)
                Terminal.WriteLine($"Dropped {retries.Dropped} message(s) to workers that are gone: their regions went to others.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task RequireOneAsync(IFaultQueues queues, string job, CancellationToken cancellationToken)
    {
        var faults = await queues.ListAsync(int.MaxValue, cancellationToken);
        Guid[] jobs = [.. faults.Select(fault => fault.JobId).OfType<Guid>().Where(id => BeginsWith(id, job)).Distinct()];
        if (jobs.Length > 1)
            throw new UsageException(JobArgument.Ambiguous(job, jobs));
    }

    internal static bool BeginsWith(Guid? id, string digits) =>
        digits.Length > 0 && id?.ToString("N").StartsWith(digits.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase) is true;

    private static IFaultQueues Queues()
    {
        var transport = TransportChoice.Current();
        return transport.Faults ?? throw new UsageException(transport.LivesInProcess
            ? "The in-memory transport keeps no failed messages: what failed is in the job's history ('swath job ID') and in the log. Set SWATH_TRANSPORT=rabbitmq for queues of failed messages."
            : $"Failed messages are in the queues of {transport.Name} whose names end in _error: look at them and move them back with its own tools.");
    }
}
