using System.CommandLine;
using Swath.Contracts;

namespace Swath.Host.Commands;

/// <summary>The command line's way of writing <see cref="TileOptions"/>.</summary>
internal sealed class TileArguments
{
    private readonly Option<int> _size = new("--tile-size") { Description = "Tile width and height in pixels.", DefaultValueFactory = _ => new TileOptions().Size };
    private readonly Option<int?> _overlap = new("--overlap") { Description = "Pixels that neighbouring tiles share at least; 50, or half of a smaller tile, when not given." };
    private readonly Option<TileFormat> _format = new("--format") { Description = "Encoding of a tile: gtiff, png, jpeg, nitf.", DefaultValueFactory = _ => TileFormat.Gtiff };
    private readonly Option<TileCompression> _compression = new("--compression") { Description = "Compression of a tile: none, lzw, jpeg, j2k.", DefaultValueFactory = _ => TileCompression.None };
    private readonly Option<RangeAdjustment> _range = new("--range") { Description = "How samples are brought to 8 bits: none, minmax, percentile.", DefaultValueFactory = _ => RangeAdjustment.None };

    private readonly Option<bool> _skipBlank = new("--skip-blank") { Description = "Send no tile in which every band has one value only; such tiles are counted apart." };

    public IEnumerable<Option> All => [_size, _overlap, _format, _compression, _range, _skipBlank];

    public TileOptions Read(ParseResult parsed)
    {
        var size = parsed.GetValue(_size);
        return new TileOptions
        {
            Size = size,
            Overlap = parsed.GetValue(_overlap) ?? TileOptions.DefaultOverlap(size),
            Format = parsed.GetValue(_format),
            Compression = parsed.GetValue(_compression),
            Range = parsed.GetValue(_range),
            SkipBlank = parsed.GetValue(_skipBlank),
        };
    }
}
