using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Swath.Host.Output;

/// <summary>A log entry as one line, whatever the texts in it hold. See <see cref="Printable"/>.</summary>
internal sealed class LogLine(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "swath";

    private const string Host = "Microsoft.Extensions.Hosting.Internal.Host";
    private const int StartFailed = 11;

    private static readonly bool Colours = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        // The command that started the host says it, in a sentence.
        if (logEntry is { Category: Host, EventId.Id: StartFailed })
            return;
        var (level, colour) = logEntry.LogLevel switch
        {
            LogLevel.Trace => ("trce", 90),
            LogLevel.Debug => ("dbug", 90),
            LogLevel.Information => ("info", 32),
            LogLevel.Warning => ("warn", 33),
            LogLevel.Error => ("fail", 31),
            _ => ("crit", 31),
        };
        if (Colours)
            level = $"\e[{colour}m{level}\e[0m";
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is { } failure)
            text += $" {failure}";
        text = Printable.Of(text.ReplaceLineEndings(" "));
        textWriter.WriteLine($"{clock.GetLocalNow():HH:mm:ss.fff} {level}: {logEntry.Category}[{logEntry.EventId.Id}] {text}");
    }
}
