using Swath.Host.Commands;
using Swath.Host.Composition;
using Swath.Host.Composition.Transports;

namespace Swath.Host.Tests.Transports;

public sealed class RoleListTests
{
    [Theory]
    [InlineData("intake", Roles.Intake)]
    [InlineData("Worker, scheduler", Roles.Scheduler | Roles.Worker)]
    [InlineData("intake,scheduler,worker", Roles.All)]
    internal void Parse_Names_AreRoles(string names, Roles expected) => Assert.Equal(expected, RoleList.Parse(names));

    [Theory]
    [InlineData("sheduler", "sheduler")]
    [InlineData("", "no role")]
    public void Parse_WhatIsNoRole_IsRefused(string names, string said) =>
        Assert.Contains(said, Assert.Throws<UsageException>(() => RoleList.Parse(names)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Start_SomeRolesWithTheInMemoryTransport_IsRefusedBeforeADatabaseIsOpened()
    {
        var options = new SwathProcessOptions { Transport = new InMemoryTransport(), Roles = Roles.Worker };

        var refused = await Assert.ThrowsAsync<UsageException>(() => SwathProcess.StartAsync(options, CancellationToken.None));

        Assert.Contains("SWATH_TRANSPORT=rabbitmq", refused.Message, StringComparison.Ordinal);
    }
}
