using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Swath.Contracts;
using Swath.Persistence.TileResults;
using Swath.Testing;

namespace Swath.Persistence.Tests.TileResults;

public sealed class TileResultStoreTests(DatabaseFixture database) : IClassFixture<DatabaseFixture>
{
    private readonly TileResultStore _store = new(database.DataSource);
    private readonly Guid _job = Guid.NewGuid();

    [Fact]
    public async Task ReadAsync_WhatWasSaved_ComesBackByRegionRowAndColumn()
    {
        var other = Tile(0, 5, 5) with { JobId = Guid.NewGuid() };
        TileResult[] saved = [Tile(1, 0, 0), Tile(0, 1024, 1024), Tile(0, 0, 1024), Failed(Tile(0, 1024, 0)), Tile(0, 0, 0)];

        Assert.Equal(6, await _store.SaveAsync([.. saved, other]));

        var read = await _store.ReadAsync(_job).ToListAsync();
        Assert.Equal(
            [(0, 0, 0), (0, 0, 1024), (0, 1024, 0), (0, 1024, 1024), (1, 0, 0)],
            read.Select(tile => (tile.RegionId, tile.Window.Y, tile.Window.X)));
        foreach (var tile in read)
        {
            var expected = saved.Single(candidate => (candidate.RegionId, candidate.Window) == (tile.RegionId, tile.Window));
            Assert.Equal(expected with { Payload = tile.Payload }, tile);
            Assert.Equal(expected.Payload.ToArray(), tile.Payload.ToArray());
        }
    }

    [Fact]
    public async Task SaveAsync_OlderAttempt_ChangesNothing()
    {
        await _store.SaveAsync([Tile(0, 0, 0, attempt: 2, features: 20)]);

        Assert.Equal(1, await _store.SaveAsync([Tile(0, 0, 0, attempt: 1, features: 10), Tile(0, 1024, 0, attempt: 1)]));

        Assert.Equal([20, 3], (await _store.FinishedAsync(_job, 0)).Select(tile => tile.Features));
    }

    [Fact]
    public async Task SaveAsync_SameOrLaterAttempt_Replaces()
    {
        await _store.SaveAsync([Failed(Tile(0, 0, 0, attempt: 1))]);
        Assert.Equal("unreadable", Assert.Single(await _store.FinishedAsync(_job, 0)).Failure);

        await _store.SaveAsync([Tile(0, 0, 0, attempt: 1, features: 11)]);
        Assert.Equal(new FinishedTile(new PixelWindow(0, 0, 1024, 1024), 11, null), Assert.Single(await _store.FinishedAsync(_job, 0)));

        await _store.SaveAsync([Tile(0, 0, 0, attempt: 2, features: 12)]);
        Assert.Equal(12, Assert.Single(await _store.FinishedAsync(_job, 0)).Features);
    }

    [Fact]
    public async Task SaveAsync_TileGivenTwice_KeepsTheLaterAttempt()
    {
        Assert.Equal(1, await _store.SaveAsync([Tile(0, 0, 0, attempt: 2, features: 20), Tile(0, 0, 0, attempt: 1, features: 10)]));

        Assert.Equal(20, Assert.Single(await _store.FinishedAsync(_job, 0)).Features);
    }

    [Fact]
    public async Task SaveAsync_Nothing_IsNoStatement() => Assert.Equal(0, await _store.SaveAsync([]));

    [Fact]
    public async Task SaveAsync_OneBadTile_StoresNone()
    {
        await Assert.ThrowsAsync<PostgresException>(() => _store.SaveAsync([Tile(0, 0, 0), Tile(0, 1024, 0) with { Window = new PixelWindow(1024, 0, 0, 5) }]));

        Assert.Empty(await _store.FinishedAsync(_job, 0));
    }

    [Fact]
    public async Task DeleteAsync_Job_RemovesItsTilesAndNoOthers()
    {
        var other = Guid.NewGuid();
        await _store.SaveAsync([Tile(0, 0, 0), Tile(1, 0, 0), Tile(0, 0, 0) with { JobId = other }]);

        Assert.Equal(2, await _store.DeleteAsync(_job));
        Assert.Equal(0, await _store.DeleteAsync(_job));
        Assert.Single(await _store.FinishedAsync(other, 0));
    }

    [Fact]
    public async Task SaveAsync_ManyWritersOfTheSameTiles_NeitherDeadlockNorLoseTheLatestAttempt()
    {
        var random = new Random(1);
        var writers = Enumerable.Range(1, 16).Select(attempt =>
        {
            var tiles = Enumerable.Range(0, 50).Select(n => Tile(0, n * 10, 0, attempt, features: attempt)).ToArray();
            random.Shuffle(tiles);
            return _store.SaveAsync(tiles);
        });

        await Task.WhenAll(writers);

        var finished = await _store.FinishedAsync(_job, 0);
        Assert.Equal(50, finished.Count);
        Assert.All(finished, tile => Assert.Equal(16, tile.Features));
    }

    [Fact]
    public void SaveAsync_AnyOrderOfAttempts_EndsWithTheHighestOfEachTile()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(
            Gen.Two(Gen.Choose(0, 5)).NonEmptyListOf().ToArbitrary(),
            writes =>
            {
                var job = Guid.NewGuid();
                foreach (var batch in writes.Chunk(3))
                    _store.SaveAsync([.. batch.Select(write => Tile(0, write.Item1, 0, write.Item2, features: write.Item2) with { JobId = job })]).GetAwaiter().GetResult();
                var expected = writes.GroupBy(write => write.Item1).OrderBy(same => same.Key).Select(same => (same.Key, same.Max(write => write.Item2)));
                return _store.FinishedAsync(job, 0).GetAwaiter().GetResult().Select(tile => (tile.Window.X, tile.Features)).SequenceEqual(expected);
            }));

    private TileResult Tile(int region, int x, int y, int attempt = 1, int features = 3) => new()
    {
        JobId = _job,
        RegionId = region,
        Attempt = attempt,
        Window = new PixelWindow(x, y, 1024, 1024),
        Features = features,
        Payload = new byte[] { 1, (byte)region, (byte)x, 0, 255 },
    };

    private static TileResult Failed(TileResult tile) => tile with { Failure = "unreadable", Features = 0, Payload = ReadOnlyMemory<byte>.Empty };
}
