using Swath.Endpoints.Aws;
using Swath.Imaging.Remote;

namespace Swath.Host.Composition;

/// <summary>Lets images be read with the roles that the AWS clients assume.</summary>
internal sealed class ImageReadRoles(IAssumedRoles roles) : IImageReadRoles
{
    public async ValueTask<ImageReadKeys> KeysOfAsync(string roleArn, CancellationToken cancellationToken)
    {
        try
        {
            var keys = await roles.GetAsync(roleArn, cancellationToken).ConfigureAwait(false);
            return new ImageReadKeys(keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken);
        }
        catch (AssumedRoleException refused)
        {
            throw new ImageReadRoleException(refused.Message, refused.Retryable, refused);
        }
    }
}
