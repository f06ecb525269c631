using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Swath.EndToEnd.Tests;

/// <summary>
/// What a request over the REST API, and a command line, may read, write and call, on a process whose settings name one model and no folder.
/// </summary>
public sealed class AccessTests(AccessSite site) : IClassFixture<AccessSite>, IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(2) };
    private readonly List<string> _notRefused = [];
    private readonly SwathCli _cli = site.Cli;
    private readonly WatchedModel _model = site.Model;
    private readonly CountingServer _hidden = site.Hidden;
    private readonly Uri _jobs = site.Jobs;

    private string Data => site.Data;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Post_OutsideOfWhatIsPermitted_IsRefusedAndNothingIsReadWrittenOrCalled()
    {
        var image = Path.Combine(Data, "image.tif");
        var before = await File.ReadAllBytesAsync(image);
        var outside = _cli.PathOf("keys");
        await File.WriteAllTextAsync(outside, "mine");
        var elsewhere = Directory.CreateDirectory(_cli.PathOf("elsewhere")).FullName;
        AccessSite.WriteImage(Path.Combine(elsewhere, "secret.tif"));
        File.CreateSymbolicLink(Path.Combine(Data, "link.tif"), Path.Combine(elsewhere, "secret.tif"));
        File.CreateSymbolicLink(Path.Combine(Data, "way"), elsewhere);
        File.CreateSymbolicLink(Path.Combine(Data, "same.tif"), image);
        var free = Path.Combine(Data, "free.geojson");
        var known = await _http.GetStringAsync(_jobs);

        // An endpoint on loopback that nobody configured: by address and by name.
        await RefusedAsync("ENDPOINT_HOSTS", image, free, _hidden.Url);
        await RefusedAsync("ENDPOINT_HOSTS", image, free, _hidden.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        await RefusedAsync("ENDPOINT_HOSTS", image, free, _hidden.Url.Replace("127.0.0.1", "2130706433", StringComparison.Ordinal));

        // Outputs: outside, through a link, over the image under three names, a folder, another scheme, a relative path.
        await RefusedAsync("OUTPUT_ROOTS", image, outside);
        await RefusedAsync("OUTPUT_ROOTS", image, Path.Combine(Data, "..", "..", "keys"));
        await RefusedAsync("OUTPUT_ROOTS", image, Path.Combine(Data, "way", "new.geojson"));
        await RefusedAsync("the image itself", image, image);
        await RefusedAsync("the image itself", image, Path.Combine(Data, "same.tif"));
        await RefusedAsync("the image itself", image, Path.Combine(Data, "x", "..", "image.tif"));
        await RefusedAsync("is a folder", image, Data);
        await RefusedAsync("without a scheme", image, $"file://{free}");
        await RefusedAsync("absolute path", image, "free.geojson");

        // Images: outside, through links, relative.
        await RefusedAsync("IMAGE_ROOTS", Path.Combine(elsewhere, "secret.tif"), free);
        await RefusedAsync("IMAGE_ROOTS", Path.Combine(Data, "link.tif"), free);
        await RefusedAsync("IMAGE_ROOTS", $"file://{Path.Combine(Data, "way", "secret.tif")}", free);
        await RefusedAsync("absolute path", "image.tif", free);
        await RefusedAsync("IMAGE_HTTP_HOSTS", "https://127.0.0.1/image.tif", free);

        Assert.True(_notRefused.Count == 0, string.Join('\n', _notRefused));
        Assert.Equal(0, _hidden.Requests);
        Assert.Equal("mine", await File.ReadAllTextAsync(outside));
        Assert.Equal(before, await File.ReadAllBytesAsync(image));
        Assert.False(File.Exists(free));
        Assert.Equal(known, await _http.GetStringAsync(_jobs));
    }

    [Fact]
    public async Task Post_InsideOfTheDataFolder_IsDone()
    {
        var result = Path.Combine(Data, "results", "a.geojson");

        using var answer = await PostAsync(Path.Combine(Data, "image.tif"), result, _model.Url);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var outcome = await _cli.RunAsync("watch", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("jobId").GetString()!);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.True(File.Exists(result));
    }

    [Fact]
    public async Task Run_FilesAndModelThatTheUserNames_AreReadCalledAndWritten()
    {
        AccessSite.WriteImage(_cli.PathOf("theirs.tif"));

        // The process of `up` does the work, which permits none of this to requests over its API.
        await using var model = new WatchedModel();
        var outcome = await _cli.RunAsync("run", _cli.PathOf("theirs.tif"), "--endpoint", model.Url, "--tile-size", "128", "-o", _cli.PathOf("mine.geojson"));

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.True(File.Exists(_cli.PathOf("mine.geojson")));
    }

    [Fact]
    public async Task Get_UnderAForeignName_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _jobs);
        request.Headers.Host = "evil.example";

        using var answer = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(_jobs)).StatusCode);
    }

    [Fact]
    public async Task Run_OutputThatIsTheImageOrHasAScheme_EndsWith2AndLeavesNothing()
    {
        var image = _cli.PathOf("theirs.tif");
        AccessSite.WriteImage(image);
        File.CreateSymbolicLink(_cli.PathOf("link.geojson"), image);
        var before = await File.ReadAllBytesAsync(image);

        foreach (var output in new[] { image, _cli.PathOf("link.geojson"), $"file://{_cli.PathOf("b.geojson")}", _cli.Home })
        {
            var outcome = await _cli.RunAsync("run", image, "--endpoint", _hidden.Url, "-o", output);
            Assert.True(outcome.ExitCode == 2, $"-o {output}: {outcome}");
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(image));
        Assert.False(Directory.Exists(_cli.PathOf("file:")));
        Assert.Equal(0, _hidden.Requests);
    }

    private async Task RefusedAsync(string named, string image, string output, string? endpoint = null)
    {
        using var answer = await PostAsync(image, output, endpoint ?? _model.Url);
        var said = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode != HttpStatusCode.BadRequest || !said.Contains(named, StringComparison.Ordinal))
            _notRefused.Add($"{named}: image {image}, output {output}, endpoint {endpoint}: {answer.StatusCode} {said}");
    }

    private Task<HttpResponseMessage> PostAsync(string image, string output, string endpoint) => _http.PostAsync(
        _jobs,
        new StringContent(
            JsonSerializer.Serialize(new { imageUrl = image, endpoint = new { name = endpoint }, tile = new { size = 128, overlap = 0 }, outputs = new[] { new { type = "File", path = output } } }),
            Encoding.UTF8, "application/json"));
}
