namespace Swath.Endpoints.Aws;

/// <summary>Keys of an assumed role.</summary>
/// <param name="AccessKeyId">The public half.</param>
/// <param name="SecretAccessKey">The secret half.</param>
/// <param name="SessionToken">Goes with every request that the keys sign.</param>
/// <param name="Expiration">When they end, UTC.</param>
public sealed record TemporaryKeys(string AccessKeyId, string SecretAccessKey, string SessionToken, DateTimeOffset Expiration)
{
    /// <summary>Without the secrets: it may end in a log.</summary>
    public override string ToString() => $"{AccessKeyId} until {Expiration:O}";
}
