using System.Globalization;
using Swath.Contracts;

namespace Swath.Bench.Tiles;

/// <summary>What is measured.</summary>
internal sealed record TilesSettings
{
    public const string Usage = "[--quick] [--image PATH] [--scene PIXELS] [--tile N,...] [--workers N,...] [--formats GTIFF,PNG,JPEG,NITF] [--repetitions N] [--huge PIXELS] [--huge-runs N]";

    /// <summary>The variable that names the folder with real imagery; its aerial NITF is measured too.</summary>
    public const string ImageryVariable = "SWATH_IMAGERY";

    private const string AerialImage = "wpafb-20091021-vis-r2.ntf";

    /// <summary>A subset that takes two minutes, to see that nothing is far off.</summary>
    public static TilesSettings Quick { get; } = new()
    {
        IsQuick = true,
        Scene = 8192,
        TileSizes = [1024],
        Workers = [1, 4],
        Formats = [TileFormat.Gtiff, TileFormat.Png],
        Repetitions = 1,
    };

    public bool IsQuick { get; init; }

    /// <summary>The image; when absent, a scene is made, and the aerial NITF is taken too where there is one.</summary>
    public string? Image { get; init; }

    /// <summary>The aerial NITF of the imagery folder; null when there is none.</summary>
    public static string? Aerial =>
        Environment.GetEnvironmentVariable(ImageryVariable) is { Length: > 0 } folder && File.Exists(Path.Combine(folder, AerialImage)) ? Path.Combine(folder, AerialImage) : null;

    /// <summary>Width and height of the made scene: three 8-bit bands in blocks of 512 x 512.</summary>
    public int Scene { get; init; } = 20_000;

    public IReadOnlyList<int> TileSizes { get; init; } = [512, 1024, 2048];

    /// <summary>Inference requests in flight.</summary>
    public IReadOnlyList<int> Workers { get; init; } = [1, 2, 4];

    public IReadOnlyList<TileFormat> Formats { get; init; } = [TileFormat.Gtiff, TileFormat.Png, TileFormat.Jpeg, TileFormat.Nitf];

    public int Repetitions { get; init; } = 2;

    /// <summary>Width and height of the huge image.</summary>
    public int Huge { get; init; } = 60_000;

    /// <summary>The huge image alone, so many times in each of <see cref="Formats"/>; null: once, after all the rest.</summary>
    public int? HugeRuns { get; init; }

    /// <summary>The formats of the huge image's tiles.</summary>
    public IReadOnlyList<TileFormat> HugeFormats =>
        HugeRuns is not null ? Formats : IsQuick ? [TileFormat.Gtiff] : [TileFormat.Gtiff, TileFormat.Png, TileFormat.Nitf];

    public static TilesSettings? TryRead(string[] args)
    {
        var settings = args is ["--quick", ..] ? Quick : new TilesSettings();
        for (var i = settings.IsQuick ? 1 : 0; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length || settings.With(args[i], args[i + 1]) is not { } next)
                return null;
            settings = next;
        }

        return settings;
    }

    private TilesSettings? With(string name, string value) => (name, value.Split(',')) switch
    {
        ("--image", _) => this with { Image = value },
        ("--scene", [var one]) when Number(one) is { } pixels => this with { Scene = pixels },
        ("--repetitions", [var one]) when Number(one) is { } repetitions => this with { Repetitions = repetitions },
        ("--huge", [var one]) when Number(one) is { } pixels => this with { Huge = pixels },
        ("--huge-runs", [var one]) when Number(one) is { } runs => this with { HugeRuns = runs },
        ("--tile", var list) when list.All(n => Number(n) is not null) => this with { TileSizes = [.. list.Select(n => Number(n)!.Value)] },
        ("--workers", var list) when list.All(n => Number(n) is not null) => this with { Workers = [.. list.Select(n => Number(n)!.Value)] },
        ("--formats", var list) when list.All(n => Enum.TryParse<TileFormat>(n, ignoreCase: true, out _)) =>
            this with { Formats = [.. list.Select(n => Enum.Parse<TileFormat>(n, ignoreCase: true))] },
        _ => null,
    };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
