namespace Swath.Imaging;

/// <summary>Decoded pixels.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Bands">Bands, 1 or more.</param>
/// <param name="SampleType">GDAL's name of the sample type: <c>Byte</c>, <c>UInt16</c>, ...</param>
/// <param name="Pixels">Band 1 row by row, then band 2, ...; samples in the machine's byte order.</param>
public sealed record RasterBuffer(int Width, int Height, int Bands, string SampleType, byte[] Pixels);
