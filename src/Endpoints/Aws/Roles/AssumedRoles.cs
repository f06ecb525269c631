using System.Collections.Concurrent;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;

namespace Swath.Endpoints.Aws;

/// <inheritdoc cref="IAssumedRoles"/>
internal sealed class AssumedRoles(SecurityTokens tokens, TimeProvider time, ILogger<AssumedRoles> log) : IAssumedRoles
{
    private readonly ConcurrentDictionary<string, AssumedRole> _roles = new(StringComparer.Ordinal);

    public ValueTask<TemporaryKeys> GetAsync(string roleArn, CancellationToken cancellationToken) => Role(roleArn).GetAsync(cancellationToken);

    /// <summary>The role as the SDK's clients want it; it renews itself.</summary>
    /// <exception cref="AssumedRoleException">It is no role's ARN.</exception>
    public AWSCredentials CredentialsOf(string roleArn) => new AssumedRoleCredentials(Role(roleArn));

    private AssumedRole Role(string roleArn)
    {
        // arn:partition:iam::account:role/path/name. Checked here, because what is not one would be kept for ever.
        if (roleArn.Split(':') is not ["arn", { Length: > 0 }, "iam", "", { Length: > 0 }, var resource] || !resource.StartsWith("role/", StringComparison.Ordinal))
        {
            throw new AssumedRoleException(
                roleArn, retryable: false, $"'{roleArn}' is not the ARN of a role. Give one such as arn:aws:iam::123456789012:role/name.");
        }

        return _roles.GetOrAdd(roleArn, arn => new AssumedRole(arn, tokens, time, log));
    }
}
