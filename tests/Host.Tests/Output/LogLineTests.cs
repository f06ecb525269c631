using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swath.Host.Output;

namespace Swath.Host.Tests.Output;

public sealed class LogLineTests
{
    [Fact]
    public void Write_TextsOfOthers_IsOneLineWithoutControls()
    {
        using var written = new StringWriter();
        var failure = new InvalidOperationException("the model said \u001b[31m\u202eno");
        var entry = new LogEntry<string>(LogLevel.Warning, "Swath.Worker", new EventId(7), "Job 'a\nfail: b\u0007' failed", failure, (state, _) => state);

        new LogLine(TimeProvider.System).Write(entry, null, written);

        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d\d\d warn: Swath\.Worker\[7\] Job 'a fail: b\\u0007' failed System\.InvalidOperationException: the model said \\u001b\[31m\\u202eno\r?\n$", written.ToString());
    }
}
