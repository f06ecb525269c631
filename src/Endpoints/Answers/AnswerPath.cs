namespace Swath.Endpoints;

/// <summary>A place in an answer; made into text only when something is wrong there.</summary>
/// <param name="Feature">The feature's number.</param>
/// <param name="Member">The member below the feature, with its leading dot; empty for the feature itself.</param>
internal readonly record struct AnswerPath(int Feature, string Member = "")
{
    public override string ToString() => $"features[{Feature}]{Member}";
}
