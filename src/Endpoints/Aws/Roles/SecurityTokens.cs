using Amazon.Runtime;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace Swath.Endpoints.Aws;

/// <summary>
/// The one call of STS that Swath makes; needs sts:AssumeRole on the role, and the role's trust policy to name this process's own identity.
/// The client is made when it is first needed: most hosts never assume a role.
/// </summary>
internal sealed class SecurityTokens(Func<AmazonSecurityTokenServiceConfig> configure) : IDisposable
{
    // Who did it, in the account's CloudTrail.
    private const string SessionName = "swath";

    // A failure to make it is not kept: the region may be found at the next try.
    private readonly Lazy<AmazonSecurityTokenServiceClient> _client = new(
        () => new AmazonSecurityTokenServiceClient(configure()), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html; for its default time, one hour.</summary>
    /// <exception cref="AssumedRoleException">It was refused, or there was no answer.</exception>
    public async Task<TemporaryKeys> AssumeRoleAsync(string roleArn)
    {
        try
        {
            var answer = await _client.Value.AssumeRoleAsync(new AssumeRoleRequest { RoleArn = roleArn, RoleSessionName = SessionName }).ConfigureAwait(false);
            var keys = answer.Credentials;
            return new TemporaryKeys(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken, new DateTimeOffset(keys.Expiration!.Value.ToUniversalTime()));
        }
        catch (Exception failure) when (AwsFailures.IsExpected(failure, CancellationToken.None))
        {
            throw Refused(roleArn, failure);
        }
    }

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }

    private static AssumedRoleException Refused(string roleArn, Exception failure)
    {
        var advice = failure is AmazonServiceException { ErrorCode: "AccessDenied" or "AccessDeniedException" }
            ? "Allow this process's identity sts:AssumeRole on it, and name that identity in the role's trust policy."
            : "Check the role's ARN, AWS_REGION and this process's own credentials.";
        return new AssumedRoleException(
            roleArn, AwsFailures.IsTransient(failure), $"Role {roleArn} can't be assumed: {AwsFailures.Describe(failure)} {advice}", failure);
    }
}
