using Amazon.Runtime;
using Amazon.SecurityToken;
using Microsoft.Extensions.Logging;
using Swath.Endpoints.Aws;
using Swath.Endpoints.Tests.SageMaker;
using Swath.Testing;

namespace Swath.Endpoints.Tests.Aws;

public sealed class AssumedRolesTests : IAsyncLifetime
{
    private const string Reader = "arn:aws:iam::123456789012:role/team/reader";

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.Parse("2026-11-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
    private readonly LogLines _log = new();
    private StandInSts _sts = null!;
    private SecurityTokens _tokens = null!;
    private AssumedRoles _roles = null!;

    public Task InitializeAsync()
    {
        _sts = new StandInSts(_clock);
        _tokens = new SecurityTokens(() => Config(StandInSageMaker.Secret));
        _roles = Roles(_tokens);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _tokens.Dispose();
        await _sts.DisposeAsync();
    }

    [Fact]
    public async Task GetAsync_ManyAtOnce_AskStsOnceAndShareTheKeys()
    {
        var gate = new TaskCompletionSource();
        _sts.Gate = gate.Task;
        var all = Enumerable.Range(0, 20).Select(_ => _roles.GetAsync(Reader, default).AsTask()).ToArray();
        gate.SetResult();

        var keys = (await Task.WhenAll(all)).Distinct().ToArray();

        Assert.Equal(new TemporaryKeys("ASIAreader1", "secret1", "swath1", _clock.GetUtcNow().AddHours(1)), Assert.Single(keys));
        Assert.Equal(1, _sts.Calls);
    }

    [Fact]
    public async Task GetAsync_KeysNearTheirEnd_AreRenewed()
    {
        var first = await _roles.GetAsync(Reader, default);
        _clock.Advance(TimeSpan.FromMinutes(54));
        Assert.Equal(first, await _roles.GetAsync(Reader, default));
        _clock.Advance(TimeSpan.FromMinutes(1));

        var second = await _roles.GetAsync(Reader, default);

        Assert.Equal("ASIAreader2", second.AccessKeyId);
        Assert.Equal(second.AccessKeyId, (await _roles.CredentialsOf(Reader).GetCredentialsAsync()).AccessKey);
    }

    [Fact]
    public async Task GetAsync_StsIsAwayAtTheRenewal_UsesTheKeysUpToTheirEnd()
    {
        var first = await _roles.GetAsync(Reader, default);
        await _sts.StopAsync();
        _clock.Advance(TimeSpan.FromMinutes(57));

        Assert.Equal(first, await _roles.GetAsync(Reader, default));
        Assert.Single(_log.At(LogLevel.Warning));
        _clock.Advance(TimeSpan.FromMinutes(3));
        var failure = await Assert.ThrowsAsync<AssumedRoleException>(async () => await _roles.GetAsync(Reader, default));
        Assert.True(failure.Retryable);
    }

    [Fact]
    public async Task GetAsync_RefusedAtTheRenewal_TheOldKeysAreNotUsedOn()
    {
        await _roles.GetAsync(Reader, default);
        _sts.Failure = (403, "AccessDenied");
        _clock.Advance(TimeSpan.FromMinutes(57));

        await Assert.ThrowsAsync<AssumedRoleException>(async () => await _roles.GetAsync(Reader, default));
    }

    [Fact]
    public async Task GetAsync_AccessDenied_SaysWhatToAllowAndIsAskedAgainNextTime()
    {
        _sts.Failure = (403, "AccessDenied");

        var failure = await Assert.ThrowsAsync<AssumedRoleException>(async () => await _roles.GetAsync(Reader, default));

        Assert.Equal((Reader, false), (failure.RoleArn, failure.Retryable));
        Assert.Contains($"Role {Reader} can't be assumed: AccessDenied: as the test wants it.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("trust policy", failure.Message, StringComparison.Ordinal);
        _sts.Failure = null;
        Assert.Equal("ASIAreader2", (await _roles.GetAsync(Reader, default)).AccessKeyId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("reader")]
    [InlineData("arn:aws:iam::123456789012:user/reader")]
    [InlineData("arn:aws:s3:::bucket")]
    public async Task GetAsync_NoRolesArn_IsRefusedWithoutACall(string arn)
    {
        var failure = await Assert.ThrowsAsync<AssumedRoleException>(async () => await _roles.GetAsync(arn, default));

        Assert.Contains("is not the ARN of a role", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, _sts.Calls);
    }

    [Fact]
    public async Task GetAsync_WrongSecret_TheSignatureIsRefused()
    {
        using var tokens = new SecurityTokens(() => Config("another"));

        var failure = await Assert.ThrowsAsync<AssumedRoleException>(async () => await Roles(tokens).GetAsync(Reader, default));

        Assert.Contains("SignatureDoesNotMatch", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_Keys_HasNoSecret() =>
        Assert.Equal("ASIA1 until 2026-01-01T00:00:00.0000000+00:00", new TemporaryKeys("ASIA1", "hidden", "hidden", new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).ToString());

    private AssumedRoles Roles(SecurityTokens tokens) => new(tokens, _clock, LoggerFactory.Create(logging => logging.AddProvider(_log)).CreateLogger<AssumedRoles>());

    private AmazonSecurityTokenServiceConfig Config(string secret) => new()
    {
        ServiceURL = _sts.Url,
        AuthenticationRegion = StandInSts.Region,
        MaxErrorRetry = 1,
        DefaultAWSCredentials = new BasicAWSCredentials(StandInSageMaker.AccessKey, secret),
    };
}
