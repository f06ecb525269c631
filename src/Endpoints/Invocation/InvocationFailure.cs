namespace Swath.Endpoints;

/// <summary>Why a tile got no usable answer.</summary>
public enum InvocationFailure
{
    /// <summary>The endpoint's name, type or parameters can't be used.</summary>
    InvalidEndpoint,

    /// <summary>No endpoint has that name, or the endpoint has no variant of that name, in this account and region.</summary>
    UnknownEndpoint,

    /// <summary>The job may not call the endpoint, or the endpoint's host has an address that may not be called.</summary>
    Forbidden,

    /// <summary>No connection: refused, no such host, TLS.</summary>
    Unreachable,

    /// <summary>The connection ended before the answer did.</summary>
    ConnectionLost,

    /// <summary>No complete answer within the time-out of one attempt, or the server said so (408, 504).</summary>
    TimedOut,

    /// <summary>The endpoint has no room (429, 503).</summary>
    Throttled,

    /// <summary>The endpoint or its model failed (other 5xx).</summary>
    ServerError,

    /// <summary>The endpoint does not take tiles this large (413).</summary>
    TileTooLarge,

    /// <summary>The endpoint refused the request (redirects and other 4xx).</summary>
    Refused,

    /// <summary>The answer is larger than the limit.</summary>
    AnswerTooLarge,

    /// <summary>The answer is not JSON.</summary>
    NotJson,

    /// <summary>The answer holds NaN, Infinity or a number beyond the range of a double.</summary>
    NotFinite,

    /// <summary>The answer is JSON, but not a FeatureCollection of the expected shape.</summary>
    WrongShape,

    /// <summary>A feature says nowhere where it is in the tile.</summary>
    NoImageGeometry,

    /// <summary>A feature lies outside of the tile that was sent: probably not in pixels.</summary>
    OutsideTile,
}
