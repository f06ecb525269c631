namespace Swath.Contracts;

/// <summary>
/// Where a worker listens for its own regions. The scheduling and the working side never reference each other: this name is
/// what they agree on.
/// </summary>
public static class WorkerQueue
{
    /// <summary>What every worker's queue begins with; the worker's id follows behind a dash.</summary>
    public const string Prefix = "worker";

    /// <summary>The queue's name on the broker, <c>worker-{id}</c>.</summary>
    /// <exception cref="ArgumentException">The id is empty or holds a character that not every broker takes in a name.</exception>
    public static string NameOf(string workerId)
    {
        if (!IsValidId(workerId))
            throw new ArgumentException($"'{workerId}' can't be a worker's id: use 1 to 100 letters, digits, '-', '_' and '.'.", nameof(workerId));
        return $"{Prefix}-{workerId}";
    }

    /// <summary>The address that a region for this worker is sent to, in MassTransit's short form.</summary>
    /// <exception cref="ArgumentException">See <see cref="NameOf"/>.</exception>
    public static Uri AddressOf(string workerId) => new($"queue:{NameOf(workerId)}");

    /// <summary>Whether the text can be a worker's id: 1 to 100 letters, digits, '-', '_' and '.' (ASCII).</summary>
    public static bool IsValidId(string? workerId) =>
        workerId is { Length: >= 1 and <= 100 } && workerId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
