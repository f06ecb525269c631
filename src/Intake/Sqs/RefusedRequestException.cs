namespace Swath.Intake.Sqs;

/// <summary>A message that can't be a job, with every reason that was found: what is wrong, in which member, and what it may be.</summary>
internal sealed class RefusedRequestException(RefusalKind kind, params IReadOnlyList<string> problems) : Exception(string.Join(' ', problems))
{
    public RefusalKind Kind { get; } = kind;

    public IReadOnlyList<string> Problems { get; } = problems;
}
