using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Swath.Intake.Api;

/// <summary>Which jobs are listed. A parameter that is not known, and a value that can't be, is a mistake and not ignored.</summary>
/// <param name="State">Only jobs in this state; all when null.</param>
/// <param name="Tenant">Only jobs of this tenant; all when null.</param>
/// <param name="Limit">At most so many.</param>
internal sealed record JobQuery(string? State, string? Tenant, int Limit)
{
    /// <summary>The states that a job can be in.</summary>
    public static readonly IReadOnlyList<string> States =
        ["Requested", "Queued", "Running", "Assembling", "Paused", "Completed", "PartiallyCompleted", "Failed", "Cancelled"];

    private const int DefaultLimit = 50;
    private const int MaxLimit = 1000;

    /// <param name="query">The parameters.</param>
    /// <param name="problems">What is wrong with them, as sentences; empty when nothing is.</param>
    public static JobQuery Read(IQueryCollection query, out List<string> problems)
    {
        problems = UnknownParameters(query, "state", "tenant", "limit");
        foreach (var (name, values) in query)
        {
            if (values.Count > 1)
                problems.Add($"{name} is given {values.Count} times: give it once.");
        }

        var state = Value(query, "state");
        var known = States.FirstOrDefault(one => one.Equals(state, StringComparison.OrdinalIgnoreCase));
        if (state is not null && known is null)
            problems.Add($"state must be one of {string.Join(", ", States)}; it is '{state}'.");
        var limit = DefaultLimit;
        if (Value(query, "limit") is { } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxLimit))
            problems.Add($"limit must be a number, 1..{MaxLimit}; it is '{text}'.");
        return new JobQuery(known, Value(query, "tenant"), limit);
    }

    /// <returns>A sentence for every parameter that is none of those that are known.</returns>
    public static List<string> UnknownParameters(IQueryCollection query, params IReadOnlyList<string> known) =>
    [
        .. query.Keys.Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)).Select(name => known.Count == 0
            ? $"'{name}' is no parameter here: there are none."
            : $"'{name}' is no parameter here: there are {string.Join(", ", known)}."),
    ];

    private static string? Value(IQueryCollection query, string name) => query.TryGetValue(name, out var values) ? values[0] : null;
}
