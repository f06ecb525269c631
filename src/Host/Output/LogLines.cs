using Microsoft.Extensions.Logging.Console;

namespace Swath.Host.Output;

/// <summary>Registers the console's log.</summary>
internal static class LogLines
{
    /// <summary>Writes log entries to the console as <see cref="LogLine"/> does.</summary>
    public static ILoggingBuilder AddLogLines(this ILoggingBuilder logging) =>
        logging.AddConsole(console => console.FormatterName = LogLine.FormatterName).AddConsoleFormatter<LogLine, ConsoleFormatterOptions>();
}
