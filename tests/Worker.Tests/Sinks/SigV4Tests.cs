using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Swath.Testing;

namespace Swath.Worker.Tests.Sinks;

/// <summary>
/// The check of signatures that stands before the emulators, by the examples that AWS publishes
/// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, sigv4-streaming.html).
/// </summary>
public sealed class SigV4Tests
{
    private const string Key = "AKIAIOSFODNN7EXAMPLE";
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string Nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private const string Chunked = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";

    [Theory]
    [InlineData("/test.txt", "range;", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("/?lifecycle", "", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("/?prefix=J&max-keys=2", "", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void Problem_ExampleOfAGet_IsNullAndIsOneForAnotherSecret(string target, string range, string signature)
    {
        var request = Request("GET", target, "examplebucket.s3.amazonaws.com", Nothing, $"host;{range}x-amz-content-sha256;x-amz-date", signature);
        if (range.Length > 0)
            request.Headers.Range = "bytes=0-9";

        Assert.Null(Problem(request, []));
        Assert.Equal("the signature does not match", SigV4.Problem(request, [], Key, Secret + "!", "us-east-1", SigV4.S3));
        Assert.Equal($"the body's hash is not {Nothing}", Problem(request, [1]));
    }

    [Fact]
    public void Problem_ExampleOfChunks_IsNullAndNamesTheChunkThatWasChanged()
    {
        var body = Encoding.ASCII.GetBytes(
            "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" + new string('a', 65536)
            + "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" + new string('a', 1024)
            + "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n");
        var request = Request(
            "PUT", "/examplebucket/chunkObject.txt", "s3.amazonaws.com", Chunked,
            "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class",
            "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
        request.Headers.ContentEncoding = "aws-chunked";
        request.Headers.ContentLength = 66824;
        request.Headers["x-amz-decoded-content-length"] = "66560";
        request.Headers["x-amz-storage-class"] = "REDUCED_REDUNDANCY";

        Assert.Equal(66824, body.Length);
        Assert.Null(Problem(request, body));
        body[^200] = (byte)'b';
        Assert.Matches("the signature of the chunk at [0-9]+ does not match", Problem(request, body));
    }

    private static string? Problem(HttpRequest request, byte[] body) => SigV4.Problem(request, body, Key, Secret, "us-east-1", SigV4.S3, "x-amz-date");

    private static HttpRequest Request(string method, string target, string host, string payload, string headers, string signature)
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        request.Headers.Host = host;
        request.Headers["x-amz-content-sha256"] = payload;
        request.Headers["x-amz-date"] = "20130524T000000Z";
        request.Headers.Authorization = $"AWS4-HMAC-SHA256 Credential={Key}/20130524/us-east-1/s3/aws4_request,SignedHeaders={headers},Signature={signature}";
        return request;
    }
}
