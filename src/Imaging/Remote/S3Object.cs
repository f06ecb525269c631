using System.Net;
using System.Net.Http.Headers;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Swath.Imaging.Remote;

/// <summary>An S3 object as one role sees it.</summary>
internal sealed class S3Object(string name, string bucket, string key, string? role, IAmazonS3 client) : RemoteObject(name)
{
    // Codes of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html that come with a status that says otherwise.
    private static readonly string[] Passing = ["SlowDown", "RequestTimeout", "ExpiredToken", "InternalError", "ServiceUnavailable", "Throttling", "ThrottlingException"];

    private string Who => role is null ? "the credentials of this process" : $"the role {role}";

    public override async Task<int> FetchAsync(long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest
        {
            BucketName = bucket,
            Key = key,
            ByteRange = new ByteRange(offset, offset + target.Length - 1),
            EtagToMatch = Version,
        };
        try
        {
            using var answer = await client.GetObjectAsync(request, cancellationToken);
            var total = ContentRangeHeaderValue.TryParse(answer.ContentRange, out var range) ? range.Length : answer.ContentLength;
            if (range is null ? offset > 0 : range.From != offset)
                throw Error(ImageErrorKind.NotAnImage, "the server sent other bytes than were asked for: give it a server that answers range requests");
            Learn(total, answer.ETag);
            return await ReadAsync(answer.ResponseStream, target, answer.ContentLength, cancellationToken);
        }
        catch (ImageReadRoleException failed)
        {
            throw failed.IsPassing ? new PassingTrouble(failed.Message, null, failed) : Error(ImageErrorKind.AccessDenied, failed.Message, failed);
        }
        catch (AmazonServiceException refused)
        {
            throw Explain(refused);
        }
        catch (AmazonClientException failed)
        {
            for (var inner = failed.InnerException; inner is not null; inner = inner.InnerException)
            {
                if (inner is HttpRequestException or IOException)
                    throw new PassingTrouble(inner.Message, null, failed);
            }

            throw Error(ImageErrorKind.AccessDenied,
                $"{Who} could not be used: {failed.Message.TrimEnd('.')}. Give this process AWS credentials (AWS_ACCESS_KEY_ID, a profile, or the machine's role)", failed);
        }
        catch (HttpRequestException failed)
        {
            throw new PassingTrouble($"S3 can't be reached: {failed.Message}", null, failed);
        }
        catch (IOException broken)
        {
            throw new PassingTrouble($"the connection to S3 broke: {broken.Message}", null, broken);
        }
    }

    private Exception Explain(AmazonServiceException refused)
    {
        var said = string.IsNullOrWhiteSpace(refused.Message) ? refused.ErrorCode ?? refused.StatusCode.ToString() : refused.Message.TrimEnd('.');
        if ((int)refused.StatusCode is 0 or 408 or 429 or >= 500 || Passing.Contains(refused.ErrorCode))
            return new PassingTrouble($"S3 answers {(int)refused.StatusCode} {refused.ErrorCode}: {said}", null, refused);
        return refused.StatusCode switch
        {
            HttpStatusCode.NotFound when refused.ErrorCode == "NoSuchBucket" =>
                Error(ImageErrorKind.NotFound, $"there is no bucket {bucket}: correct the image's URL, or AWS_REGION and AWS_ENDPOINT_URL_S3", refused),
            HttpStatusCode.NotFound => Error(ImageErrorKind.NotFound, $"the bucket {bucket} has no key {key}: correct the image's URL", refused),
            HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => Error(ImageErrorKind.AccessDenied,
                $"{Who} may not read the key {key} of the bucket {bucket} ({said}): allow s3:GetObject, or name a role that may in imageReadRole", refused),
            HttpStatusCode.PreconditionFailed => Replaced(refused),
            HttpStatusCode.RequestedRangeNotSatisfiable => Length is null ? Empty(refused) : Replaced(refused),
            _ => Error(ImageErrorKind.NotFound, $"S3 refuses the key {key} of the bucket {bucket}: {(int)refused.StatusCode} {refused.ErrorCode}: {said}", refused),
        };
    }
}
