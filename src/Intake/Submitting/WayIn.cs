namespace Swath.Intake.Submitting;

/// <summary>How a request came in: what it may ask for depends on it.</summary>
public enum WayIn
{
    /// <summary><c>POST /v1/jobs</c>.</summary>
    Rest,

    /// <summary>Published on the broker that carries Swath's own messages.</summary>
    Broker,

    /// <summary>The SQS queue of <c>IMAGE_QUEUE</c>.</summary>
    Sqs,

    /// <summary>The command line: somebody with an account on this machine.</summary>
    Cli,
}
