using System.Globalization;
using System.Xml.Linq;

namespace Swath.Imaging.Locating;

/// <summary>Reads a SICD's elements by their local names: its versions differ in the namespace.</summary>
internal static class SicdElements
{
    public static XElement? Find(this XElement element, string name) => element.Elements().FirstOrDefault(child => child.Name.LocalName == name);

    public static XElement Get(this XElement element, string name) => element.Find(name) ?? throw new FormatException($"{element.Name.LocalName} has no {name}.");

    public static string Text(this XElement element, string name) => element.Get(name).Value.Trim();

    public static double Number(this XElement element, string name) => Parse(element.Text(name));

    public static Vector Vector(this XElement element) => new(element.Number("X"), element.Number("Y"), element.Number("Z"));

    public static Polynomial Polynomial(this XElement element)
    {
        var coefficients = element.Elements().Where(child => child.Name.LocalName == "Coef")
            .Select(child => (First: Exponent(child, "exponent1"), Second: child.Attribute("exponent2") is null ? 0 : Exponent(child, "exponent2"), Value: Parse(child.Value))).ToList();
        if (coefficients.Count == 0)
            throw new FormatException($"{element.Name.LocalName} has no coefficients.");
        var table = new double[coefficients.Max(c => c.First) + 1, coefficients.Max(c => c.Second) + 1];
        foreach (var (first, second, value) in coefficients)
            table[first, second] = value;
        return new Polynomial(table);
    }

    private static int Exponent(XElement element, string name) =>
        int.TryParse(element.Attribute(name)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var exponent) && exponent <= 50
            ? exponent
            : throw new FormatException($"A coefficient has no usable {name}.");

    private static double Parse(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new FormatException($"'{text}' is no number.");
}
