namespace Swath.Endpoints.Aws.Sqs;

/// <summary>A message attribute, as it travels.</summary>
public sealed class SqsAttribute
{
    /// <summary><c>String</c>, <c>Number</c> or <c>Binary</c>, with or without a type of the sender's own behind a dot.</summary>
    public string DataType { get; set; } = "String";

    public string? StringValue { get; set; }

    public byte[]? BinaryValue { get; set; }

    public static SqsAttribute Text(string value) => new() { StringValue = value };
}
