using System.Text;
using Swath.Contracts;

namespace Swath.Endpoints.Tests.Answers;

/// <summary>Shorthands for reading answers about a 512 x 512 tile.</summary>
internal static class Answer
{
    public static readonly PixelWindow Tile = new(1000, 2000, 512, 512);

    public static IReadOnlyList<Detection> Read(string json) => ReadAll(json).Detections;

    public static ModelAnswer ReadAll(string json, AnswerLimits? limits = null) => FeatureCollectionReader.Read(Encoding.UTF8.GetBytes(json), Tile, limits);

    public static Detection ReadOne(string properties, string geometry = "null", string members = "") => Assert.Single(Read(
        $$"""{"type":"FeatureCollection","features":[{"type":"Feature",{{members}}"geometry":{{geometry}},"properties":{{properties}}}]}"""));

    public static InvocationException Fail(string json) => Assert.Throws<InvocationException>(() => Read(json));

    public static InvocationException FailOne(string properties, string geometry = "null") =>
        Assert.Throws<InvocationException>(() => ReadOne(properties, geometry));
}
