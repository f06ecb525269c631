namespace Swath.Endpoints;

/// <summary>
/// A request's endpoint parameters as the headers that SageMaker's runtime hands to a model's container, so that a model
/// behaves the same behind HTTP. Source: the SageMaker Runtime API, InvokeEndpoint.
/// </summary>
internal static class InvocationParameters
{
    private static readonly Dictionary<string, string> Headers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Accept"] = "Accept",
        ["CustomAttributes"] = "X-Amzn-SageMaker-Custom-Attributes",
        ["TargetModel"] = "X-Amzn-SageMaker-Target-Model",
        ["TargetContainerHostname"] = "X-Amzn-SageMaker-Target-Container-Hostname",
        ["InferenceId"] = "X-Amzn-SageMaker-Inference-Id",
        ["InferenceComponentName"] = "X-Amzn-SageMaker-Inference-Component",
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

    private static InvocationException Invalid(string message) => new(InvocationFailure.InvalidEndpoint, retryable: false, message);
}
