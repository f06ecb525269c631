using Swath.Contracts;

namespace Swath.Imaging.Opening;

/// <summary>One image segment of a NITF.</summary>
/// <param name="Index">Its number among the image segments, from 0.</param>
/// <param name="Width">NCOLS.</param>
/// <param name="Height">NROWS.</param>
/// <param name="Structure">Sample type, bits, bands and representation as one text: parts of one picture have the same.</param>
/// <param name="DisplayLevel">IDLVL, which others are attached to.</param>
/// <param name="AttachmentLevel">IALVL, the display level of what this is attached to; 0: of nothing.</param>
/// <param name="Y">Row of ILOC, counted from what this is attached to.</param>
/// <param name="X">Column of ILOC.</param>
internal sealed record NitfImage(int Index, int Width, int Height, string Structure, int DisplayLevel, int AttachmentLevel, int Y, int X)
{
    /// <summary>Its pixels, where (x, y) is its first one.</summary>
    public PixelWindow At(int x, int y) => new(x, y, Width, Height);
}
