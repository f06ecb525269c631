using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Swath.Endpoints.Describing;

/// <summary>
/// The descriptions of SageMaker endpoints, each good for <see cref="Lifetime"/>. Concurrent callers share one call. When SageMaker fails,
/// the last known description serves on.
/// </summary>
internal sealed class EndpointDescriptions(
    EndpointDescriber describer, TimeProvider time, EndpointsMetrics metrics, ILogger<EndpointDescriptions> logger)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(300);

    /// <summary>How long a failure is not tried again: every job of a burst asks twice, and the SDK has retried already.</summary>
    public static readonly TimeSpan FailureLifetime = TimeSpan.FromSeconds(10);

    private const int MostEntries = 4096;

    // By role as well: two roles may see two endpoints of one name, in two accounts, and what the one may know is not the other's to ask.
    private readonly ConcurrentDictionary<(string Endpoint, string? Role), Entry> _entries = new();

    /// <param name="endpoint">The endpoint's name.</param>
    /// <param name="role">The role that the request names for it (<see cref="ModelEndpoint.AssumedRole"/>); null or empty for the process's own identity.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvocationException">The endpoint is unknown, or can't be described and never was.</exception>
    public async ValueTask<EndpointDescription> GetAsync(string endpoint, string? role, CancellationToken cancellationToken)
    {
        Forget();
        role = string.IsNullOrEmpty(role) ? null : role;
        var entry = _entries.GetOrAdd((endpoint, role), _ => new Entry());
        Task<EndpointDescription> flight;
        lock (entry)
        {
            if (entry.Flight is null && time.GetUtcNow() < entry.GoodUntil)
                return entry.Known ?? throw Again(entry.Failure!);
            // Not this caller's to cancel: others wait for it too. The SDK's time-outs end it.
            flight = entry.Flight ??= Task.Run(() => RenewAsync(endpoint, role, entry), CancellationToken.None);
        }

        return await flight.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<EndpointDescription> RenewAsync(string endpoint, string? role, Entry entry)
    {
        EndpointDescription? description = null;
        InvocationException? failure = null;
        try
        {
            return description = await describer.DescribeAsync(endpoint, role, entry.Known, CancellationToken.None).ConfigureAwait(false);
        }
        catch (InvocationException e)
        {
            failure = e;
            if (LastKnown(endpoint, entry, e) is not { } known)
                throw;
            return known;
        }
        finally
        {
            Land(entry, description, failure);
        }
    }

    /// <summary>An endpoint that does not exist has no last known description, whatever it was before.</summary>
    private EndpointDescription? LastKnown(string endpoint, Entry entry, InvocationException failure)
    {
        if (failure.Kind is InvocationFailure.UnknownEndpoint or InvocationFailure.InvalidEndpoint)
            return null;
        metrics.ApiError(endpoint);
        if (entry.Known is null)
            logger.LogError(failure, "Endpoint {Endpoint} can't be described after all retries, and never was: its jobs wait", endpoint);
        else
            logger.LogWarning(failure, "Endpoint {Endpoint} can't be described after all retries: what was known at {KnownSince:u} serves on", endpoint, entry.KnownSince);
        return entry.Known;
    }

    private void Land(Entry entry, EndpointDescription? description, InvocationException? failure)
    {
        lock (entry)
        {
            var now = time.GetUtcNow();
            entry.Flight = null;
            entry.Failure = failure;
            entry.GoodUntil = failure is null && description is null ? now : now + (failure is null ? Lifetime : FailureLifetime);
            if (description is not null)
                (entry.Known, entry.KnownSince) = (description, now);
            else if (failure?.Kind is InvocationFailure.UnknownEndpoint or InvocationFailure.InvalidEndpoint)
                entry.Known = null;
        }
    }

    /// <summary>Names come from requests: whoever makes them up must not fill the memory.</summary>
    private void Forget()
    {
        if (_entries.Count < MostEntries)
            return;
        var now = time.GetUtcNow();
        foreach (var (key, entry) in _entries)
        {
            lock (entry)
            {
                if (entry.Flight is null && entry.GoodUntil < now && (entry.Known is null || entry.GoodUntil < now - Lifetime))
                    _entries.TryRemove(key, out _);
            }
        }
    }

    /// <summary>An exception that was thrown once is not thrown again: its stack would grow with every caller.</summary>
    private static InvocationException Again(InvocationException failure) =>
        new(failure.Kind, failure.Retryable, failure.Message, failure) { StatusCode = failure.StatusCode };

    private sealed class Entry
    {
        public EndpointDescription? Known { get; set; }

        public DateTimeOffset KnownSince { get; set; }

        public InvocationException? Failure { get; set; }

        public DateTimeOffset GoodUntil { get; set; }

        public Task<EndpointDescription>? Flight { get; set; }
    }
}
