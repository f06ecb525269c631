namespace Swath.Endpoints;

/// <summary>A member of a JSON object that is passed on as it came.</summary>
/// <param name="Name">The member's name, unescaped.</param>
/// <param name="Value">The value's JSON in UTF-8: valid, for <c>Utf8JsonWriter.WriteRawValue(value, skipInputValidation: true)</c>.</param>
public readonly record struct RawMember(string Name, ReadOnlyMemory<byte> Value);
