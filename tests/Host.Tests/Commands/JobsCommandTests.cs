using Swath.Host.Commands;

namespace Swath.Host.Tests.Commands;

public sealed class JobsCommandTests
{
    [Theory]
    [InlineData("Runing", false)]
    [InlineData("running", true)]
    [InlineData("PartiallyCompleted", true)]
    public void State_ThatThereIsNot_IsRefusedWithThoseThatThereAre(string state, bool known)
    {
        var errors = SwathCommandLine.Root().Parse(["jobs", "--state", state]).Errors;

        if (known)
            Assert.Empty(errors);
        else
            Assert.Contains("Requested, Queued, Running, Assembling, Paused, Completed, PartiallyCompleted, Failed, Cancelled", Assert.Single(errors).Message, StringComparison.Ordinal);
    }
}
