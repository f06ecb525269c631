namespace Swath.Imaging.Remote;

/// <summary>Takes on the roles that requests name (<c>imageReadRole</c>).</summary>
public interface IImageReadRoles
{
    /// <summary>Temporary keys of a role, asked for before every request: whoever gives them keeps and renews them.</summary>
    /// <param name="roleArn">The role, such as <c>arn:aws:iam::123456789012:role/read-imagery</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ImageReadRoleException">The role can't be taken on.</exception>
    ValueTask<ImageReadKeys> KeysOfAsync(string roleArn, CancellationToken cancellationToken);
}
