using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Swath.Endpoints;
using Swath.Worker.Features;

namespace Swath.Worker.Tests.Features;

public sealed class TilePayloadTests
{
    private static readonly Gen<FeatureRecord> AnyFeature =
        from bounds in Gen.Choose(-1000, 1000).Select(n => n / 7.0).ArrayOf(4)
        from score in Gen.Choose(0, 1000).Select(n => n / 999.0)
        from name in Gen.Elements("", "ship", "https://example.org/klasse#größe", "\ud83d\udea2", new string('x', 300))
        from json in Gen.Elements("{}", """{"type":"Feature"}""", """{"a":"ü"}""")
        select new FeatureRecord(new PixelBounds(bounds[0], bounds[1], bounds[2], bounds[3]), score, name, Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Read_WhatWasWritten_IsTheSame() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(Arb.From(AnyFeature.ListOf()), features =>
    {
        var read = TilePayload.Read(TilePayload.Write([.. features])).ToList();
        return read.Count == features.Count && read.Zip(features).All(pair =>
            pair.First.Bounds == pair.Second.Bounds && pair.First.Score == pair.Second.Score
            && Encoding.UTF8.GetString(pair.First.Class.Span) == pair.Second.Class
            && pair.First.GeoJson.Span.SequenceEqual(pair.Second.GeoJson.Span));
    }));

    [Fact]
    public void Read_PayloadCutAnywhere_Throws()
    {
        var payload = TilePayload.Write([.. AnyFeature.Sample(5)]);
        for (var length = 0; length < payload.Length; length++)
            Assert.Throws<InvalidDataException>(() => TilePayload.Read(payload.AsMemory(0, length)).Count());
    }

    [Fact]
    public void Read_BytesBehindTheEnd_Throws() =>
        Assert.Throws<InvalidDataException>(() => TilePayload.Read((byte[])[.. TilePayload.Write([]), 0]).Count());

    [Fact]
    public void Read_OtherVersion_SaysSo()
    {
        var payload = TilePayload.Write([]);
        payload[0] = 2;
        Assert.Contains("version", Assert.Throws<InvalidDataException>(() => TilePayload.Read(payload).Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_EndlessClassName_IsCutAtAWholeCharacter()
    {
        var name = string.Concat(Enumerable.Repeat("\ud83d\udea2", 20_000));
        var read = TilePayload.Read(TilePayload.Write([new FeatureRecord(default, 1, name, "{}"u8.ToArray())])).Single();
        Assert.Equal(65_532, read.Class.Length);
        Assert.StartsWith(Encoding.UTF8.GetString(read.Class.Span), name, StringComparison.Ordinal);
    }
}
