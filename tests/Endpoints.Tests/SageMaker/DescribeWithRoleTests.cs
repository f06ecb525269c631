using Swath.Contracts;
using Swath.Endpoints.Tests.Aws;
using static Swath.Endpoints.Tests.SageMaker.StandInSageMaker;

namespace Swath.Endpoints.Tests.SageMaker;

/// <summary>An endpoint that a request names a role for is described with that role's keys, and what one role saw is no other's.</summary>
public sealed class DescribeWithRoleTests : IAsyncLifetime
{
    private const string Ships = "arn:aws:iam::123456789012:role/ships";
    private const string Planes = "arn:aws:iam::210987654321:role/planes";

    private StandInSts _sts = null!;
    private SageMakerRig _rig = null!;

    public Task InitializeAsync()
    {
        _sts = new StandInSts(TimeProvider.System);
        _rig = SageMakerRig.Start(sts: _sts);

        // The keys that the stand-in for STS gives out: by the role's name and the number of the call.
        _rig.Server.Secrets["ASIAships1"] = "secret1";
        _rig.Server.Secrets["ASIAplanes2"] = "secret2";
        _rig.Server.Serve(_rig.Name, Instances("blue", 3));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _sts.DisposeAsync();
    }

    [Fact]
    public async Task EstimateAsync_WithRole_SignsBothCallsWithItsKeys()
    {
        Assert.Equal(6, (await EstimateAsync(Ships)).MaxCapacity);

        Assert.Equal(["SageMaker.DescribeEndpoint", "SageMaker.ListTags"], _rig.Server.Signers.Select(signer => signer.Action));
        Assert.All(_rig.Server.Signers, signer => Assert.Equal("ASIAships1", signer.Key));
    }

    [Fact]
    public async Task SelectAsync_WithRole_SignsWithItsKeys()
    {
        var request = new ModelEndpoint { Name = _rig.Name, Type = EndpointType.SageMaker, AssumedRole = Ships };

        Assert.Equal("blue", await _rig.Selector.SelectAsync(request, default));

        Assert.All(_rig.Server.Signers, signer => Assert.Equal("ASIAships1", signer.Key));
    }

    [Fact]
    public async Task EstimateAsync_AnotherRole_IsAskedForItselfAndSeesItsOwn()
    {
        Assert.Equal(6, (await EstimateAsync(Ships)).MaxCapacity);
        _rig.Server.Serve(_rig.Name, Instances("green", 1));

        Assert.Equal(2, (await EstimateAsync(Planes)).MaxCapacity);
        Assert.Equal(6, (await EstimateAsync(Ships)).MaxCapacity);
        Assert.Equal(2, (await EstimateAsync(null)).MaxCapacity);

        Assert.Equal(["ASIAships1", "ASIAplanes2", AccessKey], _rig.Server.Signers.Where(signer => signer.Action.EndsWith("DescribeEndpoint", StringComparison.Ordinal)).Select(signer => signer.Key));
    }

    [Fact]
    public async Task EstimateAsync_RoleIsRefused_IsTypedAndSpeaksOfTheRole()
    {
        _sts.Failure = (403, "AccessDenied");

        var failure = await Assert.ThrowsAsync<InvocationException>(async () => await EstimateAsync(Ships));

        Assert.Equal(InvocationFailure.Refused, failure.Kind);
        Assert.Contains(Ships, failure.Message, StringComparison.Ordinal);
        Assert.Equal(0, _rig.Described);
    }

    private async Task<EndpointCapacity> EstimateAsync(string? role) => await _rig.Estimator.EstimateAsync(_rig.Name, EndpointType.SageMaker, null, role, default);
}
