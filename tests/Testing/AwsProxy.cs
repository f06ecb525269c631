using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Swath.Testing;

/// <summary>
/// Stands before an emulator, which checks no signatures: refuses what is not signed right, as the real one does, notes what is asked, and lets a test
/// change what becomes of it.
/// </summary>
/// <param name="target">The emulator.</param>
/// <param name="service">The service's signing name.</param>
public sealed class AwsProxy(string target, string service) : LoopbackServer
{
    private readonly HttpClient _client = new();

    /// <summary>Method, path and query of each request that was signed right, and its headers.</summary>
    public ConcurrentQueue<(string Line, IHeaderDictionary Headers)> Requests { get; } = new();

    /// <summary>What was wrong with the signatures of the others.</summary>
    public ConcurrentQueue<string> Problems { get; } = new();

    /// <summary>The secret of each key that may sign, and the session token that must come with it.</summary>
    public ConcurrentDictionary<string, (string Secret, string? Token)> Keys { get; } = new() { [AwsEmulators.AccessKey] = (AwsEmulators.SecretKey, null) };

    /// <summary>Answers a request itself and returns true, or lets it pass.</summary>
    public Func<HttpContext, byte[], Task<bool>> Interfere { get; set; } = (_, _) => Task.FromResult(false);

    public IEnumerable<string> Lines => Requests.Select(request => request.Line);

    /// <summary>Asks the emulator what the request asks, with another body.</summary>
    public async Task<(int Status, byte[] Body)> ForwardAsync(HttpContext context, byte[] body)
    {
        using var answer = await SendAsync(context, body);
        return ((int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync());
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _client.Dispose();
    }

    protected override async Task AnswerAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var body = await BodyAsync(context);
        if (Problem(context.Request, body) is { } problem)
        {
            Problems.Enqueue(problem);
            await RefuseAsync(context, problem);
            return;
        }

        Requests.Enqueue(($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}", new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase))));
        if (await Interfere(context, body))
            return;
        using var answer = await SendAsync(context, body);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Transfer-Encoding" or "Connection" or "Keep-Alive")))
            context.Response.Headers[name] = values.ToArray();
        await answer.Content.CopyToAsync(context.Response.Body);
    }

    private string? Problem(HttpRequest request, byte[] body)
    {
        var key = SigV4.KeyOf(request);
        if (!Keys.TryGetValue(key, out var known))
            return $"the key '{key}' may not sign";
        var token = request.Headers["x-amz-security-token"].ToString();
        return token == (known.Token ?? "") ? SigV4.Problem(request, body, key, known.Secret, AwsEmulators.Region, service, "x-amz-date") : $"'{token}' is not the session's token";
    }

    // S3 speaks XML, the others JSON.
    private Task RefuseAsync(HttpContext context, string problem)
    {
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = service == SigV4.S3 ? "application/xml" : "application/x-amz-json-1.1";
        return context.Response.WriteAsync(service == SigV4.S3
            ? $"<Error><Code>SignatureDoesNotMatch</Code><Message>{problem}</Message><RequestId>1</RequestId></Error>"
            : $$"""{"__type":"InvalidSignatureException","message":"{{problem}}"}""");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpContext context, byte[] body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), $"{target}{context.Request.Path}{context.Request.QueryString}");
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            request.Content = new ByteArrayContent(body);
        foreach (var (name, values) in context.Request.Headers.Where(header => header.Key is not ("Host" or "Content-Length" or "Transfer-Encoding" or "Expect" or "Connection")))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        return await _client.SendAsync(request);
    }
}
