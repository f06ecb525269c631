namespace Swath.Endpoints.Aws;

/// <summary>Roles that requests name, taken on with the process's own credentials; safe for concurrent use.</summary>
public interface IAssumedRoles
{
    /// <summary>
    /// Temporary keys of a role (STS AssumeRole), cached and renewed before they end: what is returned is good for minutes at least, unless STS
    /// failed for as long. Ask again for each piece of work.
    /// </summary>
    /// <param name="roleArn">Such as <c>arn:aws:iam::123456789012:role/reader</c>.</param>
    /// <param name="cancellationToken">Ends the wait of this caller; others that wait for the same keys go on.</param>
    /// <exception cref="AssumedRoleException">STS refused, or can't be reached, or it is no role's ARN; the message says which and what to change.</exception>
    ValueTask<TemporaryKeys> GetAsync(string roleArn, CancellationToken cancellationToken);
}
