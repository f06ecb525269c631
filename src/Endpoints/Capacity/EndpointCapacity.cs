namespace Swath.Endpoints;

/// <summary>How many inference requests an endpoint variant can take at once.</summary>
/// <param name="MaxCapacity">0 or more; 0 while no instance runs behind a SageMaker endpoint.</param>
/// <param name="Basis">How the figure came about, for logs and <c>swath explain</c>: <c>"DEFAULT_HTTP_ENDPOINT_CONCURRENCY 10"</c>,
/// <c>"blue: 3 instances x 5 of tag osml:instance-concurrency"</c>.</param>
public sealed record EndpointCapacity(int MaxCapacity, string Basis);
