namespace Swath.Endpoints.Aws;

/// <summary>A role can't be taken on; the message says which, why and what to change.</summary>
public sealed class AssumedRoleException : Exception
{
    public AssumedRoleException(string roleArn, bool retryable, string message, Exception? inner = null)
        : base(message, inner)
    {
        RoleArn = roleArn;
        Retryable = retryable;
    }

    public string RoleArn { get; }

    /// <summary>Whether asking again may help: STS was away or throttled, it did not refuse.</summary>
    public bool Retryable { get; }
}
