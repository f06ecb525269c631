using System.CommandLine;
using Swath.Host.Composition;
using Swath.Persistence.ReadSide;

namespace Swath.Host.Commands;

/// <summary>The argument that names a job: its id, or the first digits of it.</summary>
internal static class JobArgument
{
    public static Argument<string> Create() => new("JOB") { Description = "The job's id, or as many of its first digits as make it unique." };

    /// <exception cref="UsageException">No job, or more than one, begins so.</exception>
    public static async Task<JobRow> FindAsync(SwathClient client, string id, CancellationToken cancellationToken)
    {
        var found = await client.Jobs.FindByPrefixAsync(id, cancellationToken);
        return found.Count switch
        {
            0 => throw new UsageException($"There is no job {id}. 'swath jobs' lists the jobs of this database."),
            1 => found[0],
            _ => throw new UsageException($"More than one job begins with {id}: give more digits."),
        };
    }
}
