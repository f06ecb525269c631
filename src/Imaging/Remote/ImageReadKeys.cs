namespace Swath.Imaging.Remote;

/// <summary>Keys that sign requests for an image.</summary>
/// <param name="AccessKeyId">The public half.</param>
/// <param name="SecretAccessKey">The secret half.</param>
/// <param name="SessionToken">Goes with every request that the keys sign.</param>
public readonly record struct ImageReadKeys(string AccessKeyId, string SecretAccessKey, string SessionToken)
{
    /// <summary>Without the secrets: it may end in a log.</summary>
    public override string ToString() => AccessKeyId;
}
