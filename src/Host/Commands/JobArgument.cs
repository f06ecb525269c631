using System.CommandLine;
using Swath.Host.Composition;
using Swath.Persistence.ReadSide;

namespace Swath.Host.Commands;

/// <summary>The argument that names a job: its id, or the first digits of it.</summary>
internal static class JobArgument
{
    private const int MostNamed = 5;

    public static Argument<string> Create() => new("JOB") { Description = "The job's id, or as many of its first digits as make it unique." };

    /// <summary>The job's id, also of one that is submitted and was not taken yet.</summary>
    /// <exception cref="UsageException">No job, or more than one, begins so.</exception>
    public static async Task<Guid> FindIdAsync(SwathClient client, string id, CancellationToken cancellationToken) =>
        await client.FindSubmittedAsync(id, cancellationToken) ?? (await FindAsync(client, id, cancellationToken)).JobId;

    /// <exception cref="UsageException">No job, or more than one, begins so.</exception>
    public static async Task<JobRow> FindAsync(SwathClient client, string id, CancellationToken cancellationToken)
    {
        var found = await client.Jobs.FindByPrefixAsync(id, MostNamed + 1, cancellationToken);
        return found switch
        {
            [] when await client.Departed.FindByPrefixAsync(id, cancellationToken) is { } departed => throw new UsageException(departed.Sentence),
            [] => throw new UsageException(await client.FindSubmittedAsync(id, cancellationToken) is not null
                ? $"Job {id} is submitted, but no process has taken it yet: 'swath watch {id}' runs it here, and so does 'swath up'."
                : $"There is no job {id}. 'swath jobs' lists the jobs of this database."),
            [var job] => job,
            _ => throw new UsageException(Ambiguous(id, [.. found.Select(job => job.JobId)])),
        };
    }

    /// <summary>What to say where more than one job begins so.</summary>
    public static string Ambiguous(string id, IReadOnlyList<Guid> jobs) =>
        $"More than one job begins with {id}: {string.Join(", ", jobs.Take(MostNamed))}{(jobs.Count > MostNamed ? ", ..." : "")}. Give more digits.";
}
