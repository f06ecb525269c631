namespace Swath.Endpoints;

/// <summary>How many inference requests an endpoint variant can take at once.</summary>
/// <param name="MaxCapacity">1 or more.</param>
/// <param name="Basis">How the figure came about, for logs and <c>swath explain</c>: <c>"HTTP default 10"</c>, <c>"2 instances x 4"</c>.</param>
public sealed record EndpointCapacity(int MaxCapacity, string Basis);
