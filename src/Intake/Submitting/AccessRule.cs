using Swath.Access;
using Swath.Contracts;

namespace Swath.Intake.Submitting;

/// <summary>A request asks for nothing that its grants don't hold.</summary>
internal sealed class AccessRule : ISubmissionRule
{
    public IEnumerable<string> Problems(WayIn way, ImageRequested request) => request.Grants is { } grants ? RequestAccess.Problems(request, grants) : [];
}
