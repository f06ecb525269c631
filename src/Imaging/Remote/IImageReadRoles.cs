using Amazon.Runtime;

namespace Swath.Imaging.Remote;

/// <summary>Gives the credentials of the roles that requests name (<c>imageReadRole</c>).</summary>
public interface IImageReadRoles
{
    /// <summary>Temporary credentials of a role, which renew themselves before they expire.</summary>
    /// <param name="roleArn">The role, such as <c>arn:aws:iam::123456789012:role/read-imagery</c>.</param>
    AWSCredentials CredentialsOf(string roleArn);
}
