namespace Swath.Imaging.Remote;

/// <summary>An object of which parts can be fetched, as one identity may see it.</summary>
internal abstract class RemoteObject(string name)
{
    /// <summary>The object as the user named it.</summary>
    public string Name { get; } = name;

    /// <summary>Its length in bytes; known after the first fetch.</summary>
    public long? Length { get; private set; }

    /// <summary>What tells one content from the next under the same name (ETag); null where the server gives none.</summary>
    protected string? Version { get; private set; }

    /// <summary>Fetches bytes into the target; fewer than asked for only at the object's end.</summary>
    /// <exception cref="ImageException">For good: not found, denied, forbidden, replaced.</exception>
    /// <exception cref="PassingTrouble">For now.</exception>
    public abstract Task<int> FetchAsync(long offset, Memory<byte> target, CancellationToken cancellationToken);

    /// <summary>Remembers what the first answer says of the object, and holds every later one against it.</summary>
    protected void Learn(long? length, string? version)
    {
        if (length is null)
            throw Error(ImageErrorKind.NotAnImage, "the server doesn't say how long it is: give it a server that answers range requests");
        if (Length is not null && (length != Length || (version is not null && Version is not null && version != Version)))
            throw Replaced();
        Length = length;
        Version ??= version;
    }

    protected ImageException Replaced(Exception? inner = null) =>
        Error(ImageErrorKind.ReadFailed, "it was replaced by another while it was read: send the job again", inner);

    protected ImageException Empty(Exception? inner = null) => Error(ImageErrorKind.NotAnImage, "it is empty", inner);

    protected ImageException Error(ImageErrorKind kind, string detail, Exception? inner = null) => new(kind, Name, detail, inner);

    /// <summary>Reads what an answer brings, at most as much as was asked for.</summary>
    protected static async Task<int> ReadAsync(Stream body, Memory<byte> target, long announced, CancellationToken cancellationToken)
    {
        var expected = (int)Math.Min(announced, target.Length);
        try
        {
            await body.ReadExactlyAsync(target[..expected], cancellationToken);
            return expected;
        }
        catch (EndOfStreamException cut)
        {
            throw new PassingTrouble("the answer ended too soon", null, cut);
        }
        catch (IOException broken)
        {
            throw new PassingTrouble($"the connection broke: {broken.Message}", null, broken);
        }
    }
}
