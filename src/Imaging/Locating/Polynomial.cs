namespace Swath.Imaging.Locating;

/// <summary>A polynomial of one or two variables; element (i, j) belongs to x^i y^j.</summary>
internal sealed class Polynomial(double[,] coefficients)
{
    public double At(double x, double y = 0)
    {
        var sum = 0.0;
        for (var i = coefficients.GetLength(0) - 1; i >= 0; i--)
        {
            var row = 0.0;
            for (var j = coefficients.GetLength(1) - 1; j >= 0; j--)
                row = (row * y) + coefficients[i, j];
            sum = (sum * x) + row;
        }

        return sum;
    }

    /// <summary>The derivative by the first variable.</summary>
    public Polynomial Derivative()
    {
        int rows = coefficients.GetLength(0), columns = coefficients.GetLength(1);
        var derived = new double[Math.Max(1, rows - 1), columns];
        for (var i = 1; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
                derived[i - 1, j] = i * coefficients[i, j];
        }

        return new Polynomial(derived);
    }
}
