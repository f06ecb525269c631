using System.Globalization;
using Swath.Contracts;

namespace Swath.Bench.Tiles;

/// <summary>What is measured.</summary>
internal sealed record TilesSettings
{
    public const string Usage = "[--image PATH] [--scene PIXELS] [--tile N,...] [--workers N,...] [--formats GTIFF,PNG,JPEG,NITF] [--repetitions N]";

    /// <summary>The image; a scene is made when absent.</summary>
    public string? Image { get; init; }

    /// <summary>Width and height of the made scene: three 8-bit bands in blocks of 512 x 512.</summary>
    public int Scene { get; init; } = 8192;

    public IReadOnlyList<int> TileSizes { get; init; } = [1024];

    /// <summary>Inference requests in flight.</summary>
    public IReadOnlyList<int> Workers { get; init; } = [4];

    public IReadOnlyList<TileFormat> Formats { get; init; } = [TileFormat.Gtiff, TileFormat.Png, TileFormat.Jpeg, TileFormat.Nitf];

    public int Repetitions { get; init; } = 3;

    public static TilesSettings? TryRead(string[] args)
    {
        var settings = new TilesSettings();
        for (var i = 0; i < args.Length; i += 2)
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
        ("--tile", var list) when list.All(n => Number(n) is not null) => this with { TileSizes = [.. list.Select(n => Number(n)!.Value)] },
        ("--workers", var list) when list.All(n => Number(n) is not null) => this with { Workers = [.. list.Select(n => Number(n)!.Value)] },
        ("--formats", var list) when list.All(n => Enum.TryParse<TileFormat>(n, ignoreCase: true, out _)) =>
            this with { Formats = [.. list.Select(n => Enum.Parse<TileFormat>(n, ignoreCase: true))] },
        _ => null,
    };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
