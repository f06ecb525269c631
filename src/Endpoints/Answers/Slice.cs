namespace Swath.Endpoints;

/// <summary>A value's place in the answer.</summary>
internal readonly record struct Slice(int Start, int End)
{
    public Range Range => Start..End;

    /// <summary>Whether the member was there and is not null.</summary>
    public bool Has(ReadOnlySpan<byte> answer) => End > Start && answer[Start] != (byte)'n';
}
