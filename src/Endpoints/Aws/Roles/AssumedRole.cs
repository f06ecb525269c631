using Microsoft.Extensions.Logging;

namespace Swath.Endpoints.Aws;

/// <summary>One role's keys: fetched once for all who wait, renewed before they end, and used up to their end while STS fails.</summary>
internal sealed partial class AssumedRole(string roleArn, SecurityTokens tokens, TimeProvider time, ILogger log)
{
    // A request that is signed now is checked a little later, by another clock.
    private static readonly TimeSpan Renewed = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Usable = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private TemporaryKeys? _keys;
    private Task<TemporaryKeys>? _flight;

    public async ValueTask<TemporaryKeys> GetAsync(CancellationToken cancellationToken)
    {
        if (IsGoodFor(Renewed))
            return _keys!;
        return await Flight().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task<TemporaryKeys> Flight()
    {
        lock (_lock)
        {
            if (IsGoodFor(Renewed))
                return Task.FromResult(_keys!);
            if (_flight is null or { IsCompleted: true })
                _flight = Task.Run(RenewAsync);
            return _flight;
        }
    }

    private async Task<TemporaryKeys> RenewAsync()
    {
        try
        {
            var keys = await tokens.AssumeRoleAsync(roleArn).ConfigureAwait(false);
            Volatile.Write(ref _keys, keys);
            return keys;
        }
        catch (AssumedRoleException failure) when (failure.Retryable && IsGoodFor(Usable))
        {
            LogKept(failure, roleArn, _keys!.Expiration);
            return _keys!;
        }
    }

    private bool IsGoodFor(TimeSpan span) => Volatile.Read(ref _keys) is { } keys && keys.Expiration - time.GetUtcNow() > span;

    [LoggerMessage(LogLevel.Warning, "Role {Role}: its keys can't be renewed, the ones at hand end at {Expiration}.")]
    private partial void LogKept(Exception failure, string role, DateTimeOffset expiration);
}
