using Swath.Contracts;

namespace Swath.Endpoints;

/// <summary>A tile as it goes over the wire.</summary>
/// <param name="Body">The encoded tile; must stay valid until the invocation ends, through all its retries.</param>
/// <param name="ContentType">Its media type, such as <c>image/tiff</c>.</param>
/// <param name="Window">Where the tile lies in the image: names the tile in errors and bounds what an answer may say.</param>
/// <param name="MayPost">Ends when a request may be sent; awaited before each one, first or repeated. Null: at any time.</param>
public readonly record struct EncodedPayload(
    ReadOnlyMemory<byte> Body, string ContentType, PixelWindow Window, Func<CancellationToken, ValueTask>? MayPost = null);
