namespace Swath.Endpoints;

/// <summary>A model that can be asked. Safe for concurrent use; the caller bounds how many invocations are in flight.</summary>
public interface IModelEndpoint
{
    /// <summary>Sends one tile and reads what the model saw, with retries where another try can help.</summary>
    /// <returns>The detections in tile pixels, none when the model saw nothing, and the features that can't be used.</returns>
    /// <exception cref="InvocationException">The model could not be asked or its answer can't be used, after all tries.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<ModelAnswer> InvokeAsync(EncodedPayload payload, CancellationToken cancellationToken);
}
