using Amazon.Runtime;

namespace Swath.Endpoints.Aws;

/// <summary>A role's keys as the SDK asks for them, with each request.</summary>
internal sealed class AssumedRoleCredentials(AssumedRole role) : AWSCredentials
{
    public override ImmutableCredentials GetCredentials() => GetCredentialsAsync().GetAwaiter().GetResult();

    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        var keys = await role.GetAsync(CancellationToken.None).ConfigureAwait(false);
        return new ImmutableCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken);
    }
}
