using Amazon.Runtime;

namespace Swath.Imaging.Remote;

/// <summary>A role as the SDK's client asks for it, with each request.</summary>
internal sealed class RoleCredentials(string roleArn, IImageReadRoles roles) : AWSCredentials
{
    public override ImmutableCredentials GetCredentials() => GetCredentialsAsync().GetAwaiter().GetResult();

    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        var keys = await roles.KeysOfAsync(roleArn, CancellationToken.None).ConfigureAwait(false);
        return new ImmutableCredentials(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken);
    }
}
