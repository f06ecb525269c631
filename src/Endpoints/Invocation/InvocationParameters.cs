namespace Swath.Endpoints;

/// <summary>
/// A request's endpoint parameters as the headers that SageMaker's runtime hands to a model's container, so that a model
/// behaves the same behind HTTP. Source: the SageMaker Runtime API, InvokeEndpoint.
/// </summary>
internal static class InvocationParameters
{
    public const string TargetVariant = "X-Amzn-SageMaker-Target-Variant";
    public const string InferenceComponent = "X-Amzn-SageMaker-Inference-Component";

    private static readonly Dictionary<string, string> Headers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ContentType"] = "Content-Type",
        ["Accept"] = "Accept",
        ["CustomAttributes"] = "X-Amzn-SageMaker-Custom-Attributes",
        ["TargetModel"] = "X-Amzn-SageMaker-Target-Model",
        ["TargetVariant"] = TargetVariant,
        ["TargetContainerHostname"] = "X-Amzn-SageMaker-Target-Container-Hostname",
        ["InferenceId"] = "X-Amzn-SageMaker-Inference-Id",
        ["InferenceComponentName"] = InferenceComponent,
        ["EnableExplanations"] = "X-Amzn-SageMaker-Enable-Explanations",
        ["SessionId"] = "X-Amzn-SageMaker-Session-Id",
    };

    /// <exception cref="InvocationException">An unknown parameter, or a value that no header can carry.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> ToHeaders(IReadOnlyDictionary<string, string> parameters)
    {
        var headers = new List<KeyValuePair<string, string>>(parameters.Count);
        foreach (var (name, value) in parameters)
        {
            if (!Headers.TryGetValue(name, out var header))
                throw Invalid($"The endpoint parameter '{name}' is unknown. Known are: {string.Join(", ", Headers.Keys)}.");
            if (value.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0)
                throw Invalid($"The endpoint parameter '{name}' holds a character that no HTTP header can carry. Use printable ASCII.");
            headers.Add(new(header, value));
        }

        return headers;
    }

    /// <summary>For SageMaker: with the job's production variant.</summary>
    /// <param name="parameters">The request's.</param>
    /// <param name="variant">What the job runs on; before a parameter of that name.</param>
    /// <param name="isAsked">Whether the request itself names the variant, rather than leave it to a choice by weight.</param>
    /// <exception cref="InvocationException">As above.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> ToHeaders(IReadOnlyDictionary<string, string> parameters, string? variant, bool isAsked)
    {
        var headers = new Dictionary<string, string>();
        foreach (var (header, value) in ToHeaders(parameters))
            headers[header] = value;
        // An inference component lives on a variant of its own: one that was chosen by weight would contradict it.
        if (variant is not null && (isAsked || !headers.ContainsKey(InferenceComponent)))
            headers[TargetVariant] = variant;
        return [.. headers];
    }

    private static InvocationException Invalid(string message) => new(InvocationFailure.InvalidEndpoint, retryable: false, message);
}
