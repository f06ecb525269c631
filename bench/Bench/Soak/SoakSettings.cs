using System.Globalization;

namespace Swath.Bench.Soak;

/// <summary>What <c>bench soak</c> is asked for.</summary>
internal sealed record SoakSettings
{
    public const string Usage = "[--jobs N] [--hold none|read|write|both] [--at-once N] [--endpoints N] [--archive yes|no]";

    /// <summary>How many jobs, 1 000 or more.</summary>
    public int Jobs { get; init; } = 20_000;

    /// <summary>Whether a read-only transaction with a snapshot is held open.</summary>
    public bool HoldsReader { get; init; }

    /// <summary>Whether a transaction that has written is held open.</summary>
    public bool HoldsWriter { get; init; }

    /// <summary>Whether jobs that are over are archived beside it, twice as fast as they come.</summary>
    public bool Archives { get; init; }

    /// <summary>Jobs under way.</summary>
    public int AtOnce { get; init; } = 64;

    public int Endpoints { get; init; } = 4;

    /// <summary>Jobs whose cost is counted together.</summary>
    public int Part => Math.Min(10_000, Jobs / 10);

    public static SoakSettings? TryRead(string[] args)
    {
        var settings = new SoakSettings();
        for (var i = 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || settings.With(args[i], args[i + 1]) is not { } next)
                return null;
            settings = next;
        }

        return settings;
    }

    private SoakSettings? With(string name, string value) => (name, value) switch
    {
        ("--hold", "none") => this with { HoldsReader = false, HoldsWriter = false },
        ("--hold", "read") => this with { HoldsReader = true, HoldsWriter = false },
        ("--hold", "write") => this with { HoldsReader = false, HoldsWriter = true },
        ("--hold", "both") => this with { HoldsReader = true, HoldsWriter = true },
        ("--archive", "yes") => this with { Archives = true },
        ("--archive", "no") => this with { Archives = false },
        ("--jobs", _) when Number(value) is >= 1_000 and var jobs => this with { Jobs = jobs },
        ("--at-once", _) when Number(value) is >= 1 and <= 512 and var atOnce => this with { AtOnce = atOnce },
        ("--endpoints", _) when Number(value) is >= 1 and var endpoints => this with { Endpoints = endpoints },
        _ => null,
    };

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
