using Swath.Access.Buckets;
using Swath.Access.Files;
using Swath.Access.Network;
using Swath.Contracts;

namespace Swath.Access;

/// <summary>Holds a request against its grants, at the door: what would be refused later is refused before anything is spent on it.</summary>
public static class RequestAccess
{
    private const string S3 = "s3://";

    /// <summary>Whatever the request may not read, write or call, as sentences that name the member and the setting that would permit it.</summary>
    /// <param name="request">It breaks none of <see cref="ImageRequestRules"/>.</param>
    /// <param name="grants">Its grants.</param>
    public static IEnumerable<string> Problems(ImageRequested request, Grants grants)
    {
        ArgumentNullException.ThrowIfNull(request);
        var access = new JobAccess(grants);
        if (ImageProblem(request.ImageUrl, access) is { } image)
            yield return $"imageUrl {request.ImageUrl} {image}.";
        if (EndpointProblem(request.Endpoint, access) is { } endpoint)
            yield return $"endpoint.name {request.Endpoint.Name} {endpoint}.";
        foreach (var output in request.Outputs)
        {
            foreach (var problem in OutputProblems(request, output, access))
                yield return problem;
        }
    }

    /// <summary>What the CLI's user names on the command line is what the job may read, write and call; buckets and streams are the credentials' to say.</summary>
    public static Grants NamedIn(ImageRequested request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var image = ImagePath.Of(request.ImageUrl);
        return new Grants
        {
            ImageRoots = image is null ? [] : [Path.GetFullPath(image)],
            ImageHosts = image is null && Uri.TryCreate(request.ImageUrl, UriKind.Absolute, out var server) && server.Host.Length > 0 ? [HostAndPort(server)] : [],
            ImageInternalAddresses = true,
            OutputRoots = [.. request.Outputs.Where(output => output is { Type: OutputType.File, Path.Length: > 0 }).Select(output => Path.GetFullPath(output.Path!))],
            EndpointHosts = HttpAddress(request.Endpoint) is { } model ? [HostAndPort(model)] : [],
            EndpointInternalAddresses = true,
            ImageBuckets = ["*"],
            OutputBuckets = ["*"],
            OutputStreams = ["*"],
        };
    }

    private static string? ImageProblem(string imageUrl, JobAccess access)
    {
        if (ImagePath.Of(imageUrl) is { } path)
            return Path.IsPathRooted(path) ? access.ImageFileProblem(path, out _) : "must be an absolute path: nobody knows which folder is the current one where it is read";
        if (imageUrl.StartsWith(S3, StringComparison.OrdinalIgnoreCase))
            return imageUrl[S3.Length..].Split('/', 2) is [var bucket, var key] ? access.ImageObjectProblem(bucket, key) : "is no address of an object: write s3://bucket/key";
        var isRefused = Uri.TryCreate(imageUrl.Trim(), UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            && access.ImageHosts.Judge(address!) == HostVerdict.Refused;
        return isRefused ? $"is of the host {address!.Authority}, which is not one of IMAGE_HTTP_HOSTS: add it there if its images are trusted" : null;
    }

    private static string? EndpointProblem(ModelEndpoint endpoint, JobAccess access) =>
        HttpAddress(endpoint) is { } address ? access.EndpointProblem(address, out _) : null;

    private static IEnumerable<string> OutputProblems(ImageRequested request, OutputSink output, JobAccess access)
    {
        switch (output.Type)
        {
            case OutputType.File:
                if (access.OutputFileProblem(output.Path!, request.ImageUrl, out _) is { } path)
                    yield return $"outputs.path {output.Path} {path}.";
                break;
            case OutputType.S3:
                if (ResultKey.ProblemOf(output.Prefix) is { } prefix)
                    yield return $"outputs.prefix {prefix}.";
                var key = ResultKey.Of(output.Prefix, request.JobId, request.ExternalId);
                if (System.Text.Encoding.UTF8.GetByteCount(key) > ResultKey.MostBytes)
                    yield return $"outputs.prefix and externalId make a key of more than {ResultKey.MostBytes} bytes, which S3 does not take: shorten one.";
                if (access.OutputObjectProblem(output.Bucket!, key, request.ImageUrl) is { } bucket)
                    yield return $"outputs.bucket s3://{output.Bucket}/{key} {bucket}.";
                break;
            case OutputType.Kinesis:
                if (access.OutputStreamProblem(output.Stream!) is { } stream)
                    yield return $"outputs.stream {output.Stream} {stream}.";
                break;
        }
    }

    // A name that begins so is HTTP whatever the type says.
    private static Uri? HttpAddress(ModelEndpoint endpoint) =>
        Uri.TryCreate(endpoint.Name, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address : null;

    private static string HostAndPort(Uri address) => $"{(address.HostNameType == UriHostNameType.IPv6 ? $"[{address.IdnHost}]" : address.IdnHost)}:{address.Port}";
}
