using Xunit.Abstractions;

namespace Swath.Imaging.Tests.Hostile;

/// <summary>Whatever a file holds: an answer within 10 s and 512 MB, from this file alone, by a process that lives on.</summary>
public sealed class HostileImageTests(ITestOutputHelper output) : IDisposable
{
    private const long MostBytes = 512L << 20;

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _secrets = new();

    public void Dispose()
    {
        _folder.Dispose();
        _secrets.Dispose();
    }

    [SkippableFact]
    public Task Work_TruncatedAtEveryKilobyte_AnswersAndLivesOn() => AssertSafeAsync(Corpus.Truncated(), atLeast: 100);

    [SkippableFact]
    public Task Work_FlippedBytes_AnswersAndLivesOn() => AssertSafeAsync(Corpus.Flipped(), atLeast: 500);

    [SkippableFact]
    public Task Work_Bombs_AnswersAndLivesOn() => AssertSafeAsync(Corpus.Bombs(), atLeast: 20);

    [SkippableFact]
    public async Task Work_Jpeg2000ThatClaimsFarMoreThanItHas_IsRefused()
    {
        Skip.IfNot(GdalRuntime.HasDriver("JP2OpenJPEG"), "GDAL has no JPEG 2000 here.");
        var answers = await AssertSafeAsync(LyingJpeg2000.Make(_secrets), atLeast: 20);
        Assert.All(answers, answer => Assert.Equal("NotAnImage", answer));
    }

    [SkippableFact]
    public async Task Work_OtherFilesInDisguise_AreNeverRead()
    {
        var secret = _secrets.Write("secret.tif", new SampleTiff(64, 64, 1, 1).ToBytes());
        using var watch = Watch(_secrets);
        var answers = await AssertSafeAsync(Corpus.Disguised(secret), atLeast: 9);
        Assert.Empty(watch.Take());
        Assert.DoesNotContain("Read", answers);
    }

    [SkippableFact]
    public async Task Work_FilesBesideTheImage_AreNeverRead()
    {
        // What GDAL would look at: overviews, masks, statistics, world files, polynomials.
        var (_, content) = Corpus.Sound[0];
        foreach (var name in new[] { "image.tif.ovr", "image.tif.msk", "image.tif.aux.xml", "image.tfw", "image.tifw", "image.wld", "image_RPC.TXT", "image.IMD", "image.aux" })
            _folder.Write(name, content);
        var answers = await AssertSafeAsync([("image.tif", content)], atLeast: 1);
        Assert.Equal(["Read"], answers);
    }

    private async Task<List<string>> AssertSafeAsync(IEnumerable<(string Name, byte[] Content)> images, int atLeast)
    {
        using var probe = new Probe();
        using var watch = Watch(_folder);
        var (wrong, answers) = (new List<string>(), new List<string>());
        var (slowest, peak) = (TimeSpan.Zero, 0L);
        foreach (var (name, content) in images)
        {
            var path = _folder.Write(name, content);
            _ = watch.Take();
            var (answer, took, bytes) = await probe.AskAsync(path);
            answers.Add(answer);
            var opened = watch.Take();
            if (!opened.Remove(name) && content.Length > 0)
                wrong.Add($"{name}: nobody was seen to open it, so that the watch shows nothing");
            if (answer.Contains(' ', StringComparison.Ordinal))
                wrong.Add($"{name}: {answer}");
            if (bytes > MostBytes)
                wrong.Add($"{name}: {bytes >> 20} MB");
            if (opened.Count > 0)
                wrong.Add($"{name}: it opened {string.Join(", ", opened)}");
            (slowest, peak) = (took > slowest ? took : slowest, Math.Max(peak, bytes));
            File.Delete(path);
        }

        output.WriteLine($"{answers.Count} images, the slowest {slowest.TotalSeconds:0.0} s, at most {peak >> 20} MB: {string.Join(", ", answers.GroupBy(answer => answer).Select(group => $"{group.Count()} {group.Key}"))}");
        Assert.Empty(wrong);
        Assert.True(answers.Count >= atLeast, $"only {answers.Count} images were made");
        return answers;
    }

    private static FolderWatch Watch(TemporaryFolder folder)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux tells which files are opened (inotify).");
        return new FolderWatch(folder.File(""));
    }
}
