namespace Swath.Endpoints;

/// <summary>What can be wrong with an answer, each with the place where it is.</summary>
internal static class AnswerErrors
{
    public static InvocationException Empty() => new(
        InvocationFailure.NotJson, false, "The answer is empty. A model that sees nothing answers {\"type\":\"FeatureCollection\",\"features\":[]}.");

    public static InvocationException NotJson(string reason, Exception? inner = null) => new(
        InvocationFailure.NotJson, false, $"The answer is not JSON: {reason}", inner);

    /// <summary>A connection that was closed in between can look like this, so another try may help.</summary>
    public static InvocationException Truncated(Exception inner) => new(
        InvocationFailure.NotJson, true, $"The answer ends in the middle of its JSON. ({inner.Message})", inner);

    public static InvocationException NotFinite(object path, Exception? inner = null) => new(
        InvocationFailure.NotFinite, false, $"{path} is NaN, Infinity or beyond the range of a double. JSON has finite numbers only: the model must not send others.", inner);

    public static InvocationException WrongShape(object path, string expected) => new(
        InvocationFailure.WrongShape, false, $"{path}: expected {expected}.");

    public static InvocationException Twice(object path, string name) => new(
        InvocationFailure.WrongShape, false, $"{path}: an object has the member '{(name.Length > 64 ? name[..64] + "..." : name)}' twice.");

    public static InvocationException TooManyDropped(ModelAnswer answer, InvocationException first)
    {
        var all = answer.Detections.Count + answer.Dropped.Count;
        return all == 1
            ? first
            : new InvocationException(first.Kind, false, $"{answer.Dropped.Count} of {all} features can't be used (TILE_MAX_DROPPED), the first one: {first.Message}", first);
    }

    public static InvocationException NoImageGeometry(AnswerPath path) => new(
        InvocationFailure.NoImageGeometry,
        false,
        $"{path} does not say where it is. The model must give properties.imageGeometry (GeoJSON in pixels of the tile), or one of the older "
        + "detection, geom_imcoords, bounds_imcoords, or a geometry in pixels.");

    public static InvocationException OutsideTile(AnswerPath path, PixelBounds bounds, int width, int height) => new(
        InvocationFailure.OutsideTile,
        false,
        FormattableString.Invariant($"{path} lies at {bounds.MinX:0.##},{bounds.MinY:0.##}..{bounds.MaxX:0.##},{bounds.MaxY:0.##}, outside of the {width} x {height} tile. ")
        + "The model must answer in pixels of the tile that it was sent.");
}
