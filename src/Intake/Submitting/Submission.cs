using Microsoft.Extensions.Options;
using Swath.Contracts;

namespace Swath.Intake.Submitting;

/// <summary>
/// The door: the one way from a request to a job, for REST, broker, SQS and command line. It refuses what breaks a rule, stamps whose the job is
/// and what it may do, recognises what came before, and stores the rest with its message to the saga. docs/decisions/0016-the-door.md.
/// </summary>
public sealed class Submission
{
    private readonly SubmissionStore _store;
    private readonly IGrantIssuer _grants;
    private readonly IEnumerable<ISubmissionRule> _rules;
    private readonly IOptionsMonitor<SubmissionOptions> _options;
    private readonly QueueRoom _room;
    private readonly IntakeMetrics _metrics;

    internal Submission(
        SubmissionStore store, IGrantIssuer grants, IEnumerable<ISubmissionRule> rules, IOptionsMonitor<SubmissionOptions> options, QueueRoom room, IntakeMetrics metrics) =>
        (_store, _grants, _rules, _options, _room, _metrics) = (store, grants, rules, options, room, metrics);

    /// <summary>Makes a job of a request, once. When it returns <see cref="SubmissionOutcome.Accepted"/>, nothing can lose the job any more.</summary>
    /// <param name="request">As it came; its job id is chosen by the caller, or new.</param>
    /// <param name="way">How it came.</param>
    /// <param name="jobIdIsNew">True when nobody but this process knows the job's id yet: a request that came before keeps the one it has.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<SubmissionOutcome> SubmitAsync(
        ImageRequested request, WayIn way, bool jobIdIsNew = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Check(ref request, way) is { Count: > 0 } problems)
            return new SubmissionOutcome.Refused(problems);
        return way is WayIn.Rest or WayIn.Sqs
            ? await StoreIfThereIsRoomAsync(request, way, jobIdIsNew, cancellationToken).ConfigureAwait(false)
            : await StoreAsync(request, jobIdIsNew, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a job of a request that was refused, so that it can fail with the reason: for a sender that no answer reaches.</summary>
    internal Task<SubmissionOutcome> StoreRefusedAsync(ImageRequested request, WayIn way, string reason, CancellationToken cancellationToken) =>
        StoreAsync(request with { Tenant = TenantOf(request, way), Grants = null, Refusal = reason }, jobIdIsNew: false, cancellationToken);

    private string TenantOf(ImageRequested request, WayIn way) => _options.CurrentValue.TenantOf(way) ?? request.Tenant;

    /// <summary>Stamps a request and finds every rule that it breaks.</summary>
    private List<string> Check(ref ImageRequested request, WayIn way)
    {
        List<string> problems = [];
        if (request.Grants is not null || request.Refusal is not null)
            problems.Add("grants and refusal are stamped by Swath: leave them out.");
        var stamped = request with { Tenant = TenantOf(request, way), Grants = null, Refusal = null };
        problems.AddRange(ImageRequestRules.Problems(stamped));
        if (problems.Count == 0)
        {
            stamped = stamped with { Grants = _grants.Issue(way, stamped.Tenant, stamped) };
            foreach (var rule in _rules)
                problems.AddRange(rule.Problems(way, stamped));
        }

        request = stamped;
        return problems;
    }

    private async Task<SubmissionOutcome> StoreAsync(ImageRequested request, bool jobIdIsNew, CancellationToken cancellationToken)
    {
        var hash = CanonicalRequest.HashOf(request);
        return await _store.TryAddAsync(request, hash, cancellationToken).ConfigureAwait(false) is { } known
            ? await RepeatAsync(request, hash, known, jobIdIsNew, cancellationToken).ConfigureAwait(false)
            : new SubmissionOutcome.Accepted(request.JobId, IsNew: true);
    }

    /// <summary>A request that came before: the same job, or a conflict. One that failed before it had begun begins anew.</summary>
    private async Task<SubmissionOutcome> RepeatAsync(
        ImageRequested request, byte[] hash, KnownSubmission known, bool jobIdIsNew, CancellationToken cancellationToken)
    {
        if (Difference(request, hash, known, jobIdIsNew) is { } reason)
            return new SubmissionOutcome.Conflict(reason);
        var again = known.NeverBegan && request.Refusal is null;
        if (again)
            await _store.BeginAgainAsync(known.JobId, request.Grants, cancellationToken).ConfigureAwait(false);
        return new SubmissionOutcome.Accepted(known.JobId, IsNew: false, again);
    }

    /// <summary>Stores what fits into the queue; what is known already has its place, and is asked for no other one.</summary>
    private async Task<SubmissionOutcome> StoreIfThereIsRoomAsync(ImageRequested request, WayIn way, bool jobIdIsNew, CancellationToken cancellationToken)
    {
        if (await _room.WhyFullAsync(request.Tenant, cancellationToken).ConfigureAwait(false) is not { } reason)
        {
            var outcome = await StoreAsync(request, jobIdIsNew, cancellationToken).ConfigureAwait(false);
            if (outcome is SubmissionOutcome.Accepted { IsNew: true } or SubmissionOutcome.Accepted { BeginsAgain: true })
                _room.Admitted(request.Tenant);
            return outcome;
        }

        if (await _store.FindAsync(request, cancellationToken).ConfigureAwait(false) is { NeverBegan: false } known)
            return await RepeatAsync(request, CanonicalRequest.HashOf(request), known, jobIdIsNew, cancellationToken).ConfigureAwait(false);
        _metrics.Refused(request.Endpoint.Name, request.Tenant, way);
        return new SubmissionOutcome.Full(reason);
    }

    /// <returns>Why a request is not the one that is known; null when it is.</returns>
    private static string? Difference(ImageRequested request, byte[] hash, KnownSubmission known, bool jobIdIsNew)
    {
        // Of another tenant's job nothing is said but that its id is taken.
        if (known.Tenant != request.Tenant)
            return $"The job id {request.JobId} is taken: choose another one.";
        if (known.JobId != request.JobId && !jobIdIsNew)
            return $"externalId '{known.Key}' is job {known.JobId} already: send that jobId, or leave it out, or choose another externalId.";
        return hash.AsSpan().SequenceEqual(known.Hash)
            ? null
            : $"Job {known.JobId} was requested before with another content: choose another id for what is another job.";
    }
}
