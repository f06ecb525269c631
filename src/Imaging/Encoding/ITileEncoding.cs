using Swath.Contracts;

namespace Swath.Imaging.Encoding;

/// <summary>One way to write a tile. One thread at a time.</summary>
internal interface ITileEncoding
{
    string ContentType { get; }

    /// <summary>Why this image can't be written so, as a sentence for the user; null when it can.</summary>
    string? WhyNot(ImageHeader image);

    /// <summary>Reads the window and writes it into an array from the shared pool, which the caller returns.</summary>
    byte[] Encode(ImageFile image, PixelWindow window, out int length);
}
