namespace Swath.Imaging;

/// <summary>A column of a <see cref="VectorFile"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsNumber">A number, else text.</param>
public sealed record VectorField(string Name, bool IsNumber = false);
