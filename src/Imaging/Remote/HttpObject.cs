using System.Net;
using System.Net.Http.Headers;
using Swath.Access.Network;

namespace Swath.Imaging.Remote;

/// <summary>An object of a web server that answers range requests (RFC 9110, section 14).</summary>
internal sealed class HttpObject(string name, Uri address, HttpHosts hosts, HostList? granted) : RemoteObject(name)
{
    private const int MaxRedirections = 5;

    public override async Task<int> FetchAsync(long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        var at = address;
        for (var hop = 0; hop <= MaxRedirections; hop++)
        {
            var client = hosts.ClientFor(Name, at, granted);
            using var answer = await AskAsync(client, at, offset, target.Length, cancellationToken);
            if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308) || answer.Headers.Location is not { } location)
                return await TakeAsync(answer, offset, target, cancellationToken);
            at = new Uri(at, location);
        }

        throw Error(ImageErrorKind.NotFound, $"the server redirects more than {MaxRedirections} times: name the image's own address");
    }

    private async Task<HttpResponseMessage> AskAsync(HttpClient client, Uri at, long offset, int count, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, at);
        request.Headers.Range = new RangeHeaderValue(offset, offset + count - 1);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException failed)
        {
            for (var inner = failed.InnerException; inner is not null; inner = inner.InnerException)
            {
                if (inner is ForbiddenAddressException forbidden)
                    throw Error(ImageErrorKind.ForbiddenPath, forbidden.Message, failed);
            }

            throw failed.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError => Error(ImageErrorKind.NotFound, $"there is no host {at.Host}: correct the image's URL", failed),
                HttpRequestError.SecureConnectionError => Error(ImageErrorKind.AccessDenied, $"the host {at.Host} has no certificate that this machine trusts", failed),
                _ => new PassingTrouble($"{at.Host} can't be reached: {failed.Message}", null, failed),
            };
        }
        catch (IOException broken)
        {
            throw new PassingTrouble($"the connection to {at.Host} broke: {broken.Message}", null, broken);
        }
    }

    private async Task<int> TakeAsync(HttpResponseMessage answer, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        var (status, said) = ((int)answer.StatusCode, $"the server answers {(int)answer.StatusCode} {answer.ReasonPhrase}");
        switch (answer.StatusCode)
        {
            case HttpStatusCode.PartialContent when answer.Content.Headers.ContentRange is { From: { } from, To: { } to } range && from == offset && to >= from:
                Learn(range.Length, answer.Headers.ETag?.Tag);
                return await ReadAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), target, to - from + 1, cancellationToken);
            case HttpStatusCode.OK when offset == 0 && answer.Content.Headers.ContentLength is { } whole && whole <= target.Length:
                Learn(whole, answer.Headers.ETag?.Tag);
                return whole == 0 ? throw Empty() : await ReadAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), target, whole, cancellationToken);
            case HttpStatusCode.OK or HttpStatusCode.PartialContent:
                throw Error(ImageErrorKind.NotAnImage, "the server sent other bytes than were asked for: give it a server that answers range requests");
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                throw Length is null ? Empty() : Replaced();
            case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                throw Error(ImageErrorKind.NotFound, $"{said}: correct the image's URL");
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                throw Error(ImageErrorKind.AccessDenied, $"{said}: use an address that may be read without signing in, such as a presigned one that has not expired");
            default:
                if (status is 408 or 425 or 429 or >= 500)
                    throw new PassingTrouble(said, answer.Headers.RetryAfter?.Delta);
                throw Error(ImageErrorKind.NotFound, $"{said}: correct the image's URL");
        }
    }
}
