namespace Swath.Endpoints.Http;

/// <summary>
/// Bounds the retries towards one endpoint over all its callers, so that an endpoint in trouble is not buried under retries:
/// a bucket that first attempts and time fill, and that each retry takes one from. (The idea is Finagle's RetryBudget.)
/// </summary>
internal sealed class RetryBudget(TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _spent;
    private long _since = time.GetTimestamp();

    /// <summary>A first attempt was made.</summary>
    public void Deposit(EndpointsOptions options)
    {
        lock (_lock)
            _spent = Math.Max(0, _spent - options.RetryBudgetRatio);
    }

    /// <summary>Takes one retry; false when there is none left.</summary>
    public bool TryWithdraw(EndpointsOptions options)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _spent = Math.Max(0, _spent - (time.GetElapsedTime(_since, now).TotalSeconds * options.RetryBudgetPerSecond));
            _since = now;
            if (_spent + 1 > options.RetryBudget)
                return false;
            _spent++;
            return true;
        }
    }
}
