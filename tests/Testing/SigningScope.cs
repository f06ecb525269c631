namespace Swath.Testing;

/// <summary>What a signature is made with.</summary>
/// <param name="Key">The key of the day, region and service, derived from the secret.</param>
/// <param name="Time">The request's time.</param>
/// <param name="Scope">Day, region, service and the word that ends them.</param>
internal sealed record SigningScope(byte[] Key, string Time, string Scope)
{
    /// <summary>Signs a part of a body behind what came before it.</summary>
    public string Sign(string algorithm, string before, string hash) => SigV4.Hex(SigV4.Sign(Key, $"{algorithm}\n{Time}\n{Scope}\n{before}\n{hash}"));
}
