using System.Collections.Concurrent;
using Amazon.Runtime;
using Amazon.S3;
using Swath.Access;
using Swath.Imaging.Locating;
using Swath.Imaging.Opening;
using Swath.Imaging.Remote;

namespace Swath.Imaging;

/// <summary>
/// Opens images wherever they are: files, S3 objects (with the credentials of the environment or of a role), web servers that are allowed.
/// Any number of threads.
/// </summary>
public sealed class ImageAccess : IDisposable
{
    private const int MostClients = 1000;

    private readonly Func<ImagingLimits> _limits;
    private readonly Func<RemoteImageOptions> _options;
    private readonly IImageReadRoles? _roles;
    private readonly Func<LocatingOptions> _locating;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<string, Lazy<IAmazonS3>> _s3 = new(StringComparer.Ordinal);
    private readonly HttpHosts _hosts;

    /// <summary>Offers access by the options of the moment, which are asked for at every opening.</summary>
    /// <param name="limits">What of an image's claims is believed.</param>
    /// <param name="options">Which networks are used, and how patiently.</param>
    /// <param name="clock">Measures time-outs and delays.</param>
    /// <param name="roles">Takes on roles; null where no role can be assumed.</param>
    /// <param name="locating">How high the ground is; null: as the images say.</param>
    public ImageAccess(Func<ImagingLimits> limits, Func<RemoteImageOptions> options, TimeProvider clock, IImageReadRoles? roles = null, Func<LocatingOptions>? locating = null)
    {
        _limits = limits;
        _options = options;
        _clock = clock;
        _roles = roles;
        _locating = locating ?? (() => new());
        _hosts = new HttpHosts(options);
    }

    /// <summary>Makes a client of S3; credentials null: the environment's.</summary>
    internal Func<AWSCredentials?, IAmazonS3> S3 { get; init; } = S3Clients.Create;

    /// <summary>What of an image's claims is believed now.</summary>
    public ImagingLimits Limits => _limits();

    /// <summary>Opens an image and checks its claims; reads no pixel. Blocking: GDAL has no asynchronous reads.</summary>
    /// <param name="pathOrUrl">A local path, <c>file://</c>, <c>s3://bucket/key</c>, <c>https://</c> or (where allowed) <c>http://</c> address.</param>
    /// <param name="readRole">The role whose credentials read an S3 object; null: those of the environment. Other images need none.</param>
    /// <param name="cancellationToken">Ends network requests of the image for as long as it is open; later reads then throw.</param>
    /// <exception cref="ImageException">
    /// With the kind, the cause and the path; <see cref="ImageErrorKind.Unavailable"/> when another try may succeed.
    /// </exception>
    public ImageFile Open(string pathOrUrl, string? readRole = null, CancellationToken cancellationToken = default) =>
        Open(pathOrUrl, readRole, access: null, segment: null, cancellationToken);

    /// <summary>Opens a job's image: only where the job's grants let it be read. A file is opened under the name that its links lead to.</summary>
    /// <inheritdoc cref="Open(string, string?, CancellationToken)"/>
    /// <param name="access">What the job may read.</param>
    public ImageFile Open(string pathOrUrl, string? readRole, JobAccess access, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(access);
        return Open(pathOrUrl, readRole, access, segment: null, cancellationToken);
    }

    /// <summary>Opens one of the images that a file holds.</summary>
    /// <inheritdoc cref="Open(string, string?, CancellationToken)"/>
    /// <param name="access">What the job may read; null: all that the process may.</param>
    /// <param name="segment">Which image of the file, counted from 0; null: the first, with a note when there are more.</param>
    public ImageFile Open(string pathOrUrl, string? readRole, JobAccess? access, int? segment, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        GdalRuntime.Initialize();
        var image = Find(pathOrUrl, readRole, access, segment, cancellationToken);
        image.Locating = _locating();
        return image;
    }

    /// <summary>Closes the connections that wait for a next request; images that are open go on being readable until they are disposed.</summary>
    public void Dispose()
    {
        _hosts.Dispose();
        foreach (var client in _s3.Values.Where(client => client.IsValueCreated))
            client.Value.Dispose();
    }

    private ImageFile Find(string pathOrUrl, string? readRole, JobAccess? access, int? segment, CancellationToken cancellationToken)
    {
        RemoteObject source;
        switch (ImageAddress.Parse(pathOrUrl, access))
        {
            case ImageAddress.Local local:
                return ImageFile.Open(pathOrUrl, local.FullPath, Limits, segment);
            case ImageAddress.S3 s3:
                if (access?.ImageObjectProblem(s3.Bucket, s3.Key) is { } problem)
                    throw new ImageException(ImageErrorKind.ForbiddenPath, pathOrUrl, problem);
                source = new S3Object(pathOrUrl, s3.Bucket, s3.Key, Role(readRole), ClientOf(pathOrUrl, Role(readRole)));
                break;
            case ImageAddress.Web web:
                _ = _hosts.ClientFor(pathOrUrl, web.Address, access?.ImageHosts);
                source = new HttpObject(pathOrUrl, web.Address, _hosts, access?.ImageHosts);
                break;
            default:
                throw new InvalidOperationException("an address that nobody opens");
        }

        return ImageFile.Open(pathOrUrl, new RemoteFile(source, _options(), _clock, cancellationToken), Limits, segment);
    }

    private static string? Role(string? name) => string.IsNullOrWhiteSpace(name) ? null : name.Trim();

    // A client is a few objects over connections that all share; it holds no keys.
    private IAmazonS3 ClientOf(string image, string? role)
    {
        if (role is not null && _roles is null)
            throw new ImageException(ImageErrorKind.InvalidRequest, image, $"the role {role} can't be used: this process assumes no roles. Leave imageReadRole out");
        if (_s3.Count >= MostClients)
            _s3.Clear();
        return _s3.GetOrAdd(role ?? "", _ => new Lazy<IAmazonS3>(() => S3(role is null ? null : new RoleCredentials(role, _roles!)))).Value;
    }
}
