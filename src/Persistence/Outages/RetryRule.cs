using MassTransit;

namespace Swath.Persistence.Outages;

/// <summary>How often a message is tried again after failures of one kind, and how far apart.</summary>
public sealed record RetryRule
{
    private RetryRule(Func<Exception, bool> applies, int limit, TimeSpan shortest, TimeSpan longest) =>
        (Applies, Limit, Shortest, Longest) = (applies, limit, shortest, longest);

    internal Func<Exception, bool> Applies { get; }

    internal int Limit { get; }

    internal TimeSpan Shortest { get; }

    internal TimeSpan Longest { get; }

    /// <summary>Another process changed the saga meanwhile: 10 ms to 1 s apart.</summary>
    public static RetryRule Conflicts(int limit) => new(failure => failure is ConcurrencyException, limit, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1));

    /// <summary>Whatever no rule before this one is for: 200 ms to 5 s apart.</summary>
    public static RetryRule Others(int limit) => new(_ => true, limit, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    /// <summary>Failures that would only come again.</summary>
    public static RetryRule Never<T>() where T : Exception => new(failure => failure is T, 0, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>Failures of one type.</summary>
    /// <param name="limit">How often they are tried again.</param>
    /// <param name="shortest">The first pause; each one after is twice as long.</param>
    /// <param name="longest">The longest pause.</param>
    /// <param name="when">Which of them; null for all.</param>
    public static RetryRule For<T>(int limit, TimeSpan shortest, TimeSpan longest, Func<T, bool>? when = null) where T : Exception =>
        new(failure => failure is T expected && when?.Invoke(expected) != false, limit, shortest, longest);

    internal TimeSpan DelayBefore(int tries)
    {
        var most = Math.Min(Longest.TotalMilliseconds, Shortest.TotalMilliseconds * Math.Pow(2, Math.Clamp(tries - 1, 0, 20)));
        return TimeSpan.FromMilliseconds(most * (0.75 + (0.25 * Random.Shared.NextDouble())));
    }
}
