using System.Text.Json;

namespace Swath.Contracts.Tests;

public sealed class TileOptionsTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    [Theory]
    [InlineData("""{}""", 50)]
    [InlineData("""{"size":64}""", 32)]
    [InlineData("""{"size":100}""", 50)]
    [InlineData("""{"overlap":7,"size":64}""", 7)]
    [InlineData("""{"size":64,"overlap":0}""", 0)]
    public void Overlap_Absent_FollowsTheSize(string json, int overlap)
    {
        var tile = JsonSerializer.Deserialize<TileOptions>(json, Json)!;

        Assert.Equal(overlap, tile.Overlap);
        Assert.Equal(tile, JsonSerializer.Deserialize<TileOptions>(JsonSerializer.Serialize(tile, Json), Json));
    }

    [Fact]
    public void Equals_AnyMemberDiffers_IsFalse()
    {
        var tile = new TileOptions();
        foreach (var property in typeof(TileOptions).GetProperties())
        {
            var other = tile with { };
            object value = property.PropertyType == typeof(bool) ? true : property.PropertyType.IsEnum ? Enum.ToObject(property.PropertyType, 1) : 17;
            property.SetValue(other, value);
            Assert.False(tile == other, $"{property.Name} does not count.");
        }
    }
}
