namespace Swath.Intake.Sqs;

/// <summary>Why a message was refused; the metric's tag.</summary>
internal enum RefusalKind
{
    /// <summary>The body is no JSON.</summary>
    NotJson,

    /// <summary>JSON, but neither of the two forms of a request.</summary>
    NotARequest,

    /// <summary>A request that breaks a rule.</summary>
    InvalidRequest,

    /// <summary>A request whose id is that of a job with another content.</summary>
    Conflict,
}
