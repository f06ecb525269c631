namespace Swath.Host.SampleModels.Detecting;

/// <summary>Unusually bright pixels side by side in one row.</summary>
/// <param name="Y">Row.</param>
/// <param name="Start">First column.</param>
/// <param name="End">The column behind the last one.</param>
internal readonly record struct PixelRun(int Y, int Start, int End);
