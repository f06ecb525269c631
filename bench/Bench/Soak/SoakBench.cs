using System.Diagnostics;
using System.Runtime.InteropServices;
using Swath.Bench.Load;
using Swath.Persistence.Embedded;

namespace Swath.Bench.Soak;

/// <summary>
/// <c>bench soak</c>: many small jobs through all their states, so many under way together, while transactions are held open beside them. What a job
/// costs at the end is compared with what it cost at the beginning, and what the tables hold at the start, in the middle and at the end.
/// </summary>
internal sealed class SoakBench
{
    // The JIT compiler's time, and the server's first pages.
    private const int WarmUp = 2_000;

    private readonly SoakSettings _settings;
    private readonly EmbeddedPostgres _server;
    private readonly List<SoakPart> _parts = [];
    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = new();
    private SoakPart _last = null!;
    private ServerFigures? _middle;
    private ArchivingBeside? _archiving;

    private SoakBench(SoakSettings settings, EmbeddedPostgres server) => (_settings, _server) = (settings, server);

    /// <summary>Measures and prints.</summary>
    /// <returns>The exit code: 0, 1 when rows disagree with events or the work stalled, 2 when an argument can't be understood.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (SoakSettings.TryRead(args) is not { } settings)
        {
            await Console.Error.WriteLineAsync($"usage: bench soak {SoakSettings.Usage}");
            return 2;
        }

        await using var server = await PrivateServer.StartAsync();
        try
        {
            return await new SoakBench(settings, server.Postgres).MeasureAsync(server.Home) ? 0 : 1;
        }
        catch (TimeoutException)
        {
            Console.WriteLine("  INVALID: a job did not end within minutes; what is above is all that was measured");
            return 1;
        }
    }

    private async Task<bool> MeasureAsync(string folder)
    {
        Console.WriteLine($"machine   {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");
        Console.WriteLine($"scenario  {_settings.Jobs} jobs, each tenth of three regions and the others of one, {_settings.AtOnce} under way on {_settings.Endpoints} endpoints; held open: {Held()}");
        await using var product = await LoadedProduct.ComposeAsync(folder);
        await product.StartAsync();
        using var loop = new JobLoop(product);
        await loop.RunAsync(Math.Min(WarmUp, _settings.Jobs), _settings.AtOnce, number => LoadedProduct.Request(number, _settings.Endpoints, mixed: true));

        if (_settings.Archives)
            _archiving = new ArchivingBeside(product.Archiver, Path.Combine(folder, "archive"));
        await using var held = await HeldTransactions.OpenAsync(_server.DataSource, _settings);
        var start = await ServerFigures.ReadAsync(_server.DataSource);
        Console.WriteLine();
        Console.WriteLine($"{"jobs",9} {"jobs/s",8} {"client ms",10} {"server ms",10} {"ms a job",9}   (CPU)");
        _watch.Start();
        _last = SoakPart.Now(0, _watch.Elapsed, _server.ProcessId);
        await loop.RunAsync(_settings.Jobs, _settings.AtOnce, number => LoadedProduct.Request(number, _settings.Endpoints, mixed: true), EndedAsync);
        var end = await ServerFigures.ReadAsync(_server.DataSource);

        var (first, last) = (_parts[0], _parts[^1]);
        Print($"CPU of the last {_settings.Part} by that of the first: {last.Milliseconds / first.Milliseconds:N3} (throughput {first.Elapsed / last.Elapsed:N3})");
        Print($"a job: {(end.Commits - start.Commits) / (double)_settings.Jobs:N2} commits, {(end.WalBytes - start.WalBytes) / 1024.0 / _settings.Jobs:N2} KiB of WAL; {_settings.Jobs / _watch.Elapsed.TotalSeconds:N0} jobs/s in all");
        PrintTables(start, _middle ?? end, end);
        if (_archiving is not null)
        {
            await _archiving.EndAsync();
            Print($"archived  {_archiving.Jobs} jobs beside it");
        }

        var agrees = await product.AgreesAsync();
        if (!agrees)
            Console.WriteLine("  INVALID: rows disagree with events");
        return agrees;
    }

    private async Task EndedAsync(int ended)
    {
        _archiving?.Ended(ended);
        if (ended % _settings.Part == 0)
        {
            lock (_lock)
            {
                var now = SoakPart.Now(ended, _watch.Elapsed, _server.ProcessId);
                var part = now.Since(_last);
                _last = now;
                _parts.Add(part);
                Print($"{ended,9} {part.Jobs / part.Elapsed.TotalSeconds,8:N0} {part.Client.TotalMilliseconds / part.Jobs,10:N3} {part.Server.TotalMilliseconds / part.Jobs,10:N3} {part.Milliseconds,9:N3}");
            }
        }

        if (ended == _settings.Jobs / 2)
            _middle = await ServerFigures.ReadAsync(_server.DataSource);
    }

    private void PrintTables(ServerFigures start, ServerFigures middle, ServerFigures end)
    {
        Console.WriteLine();
        Console.WriteLine($"{"table",-28} {"a job: inserted",15} {"updated",8} {"deleted",8}   {"dead: start",12} {"middle",9} {"end",9}   {"KiB: start",10} {"middle",9} {"end",9}   {"indexes: start",14} {"middle",9} {"end",9}   {"bytes a job",11}");
        foreach (var (name, last) in end.Tables)
        {
            var (first, half) = (start.Tables.GetValueOrDefault(name, TableFigures.None), middle.Tables.GetValueOrDefault(name, TableFigures.None));
            double jobs = _settings.Jobs;
            Print($"{name,-28} {(last.Inserted - first.Inserted) / jobs,15:N2} {(last.Updated - first.Updated) / jobs,8:N2} {(last.Deleted - first.Deleted) / jobs,8:N2}   {first.Dead,12} {half.Dead,9} {last.Dead,9}   {first.Bytes / 1024,10} {half.Bytes / 1024,9} {last.Bytes / 1024,9}   {first.IndexBytes / 1024,14} {half.IndexBytes / 1024,9} {last.IndexBytes / 1024,9}   {(last.Bytes + last.IndexBytes - first.Bytes - first.IndexBytes) / jobs,11:N0}");
        }
    }

    private string Held() => (_settings.HoldsReader, _settings.HoldsWriter) switch
    {
        (true, true) => "a reading and a writing transaction",
        (true, false) => "a reading transaction",
        (false, true) => "a writing transaction",
        _ => "nothing",
    };

    private static void Print(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
