using System.CommandLine;
using System.CommandLine.Parsing;
using Swath.Access;
using Swath.Contracts;
using Swath.Host.Composition.Transports;
using Swath.Imaging;

namespace Swath.Host.Commands;

/// <summary>What <c>run</c> and <c>submit</c> have in common: the command line's way of writing an <see cref="ImageRequested"/>.</summary>
internal sealed class RequestOptions
{
    private readonly Argument<string> _image = new("IMAGE") { Description = "A path, s3://bucket/key or https:// address." };
    private readonly Option<string> _endpoint = new("--endpoint") { Description = "The URL that the model answers at, or the name of a SageMaker endpoint.", Required = true };
    private readonly Option<string?> _variant = new("--variant") { Description = "A production variant of a SageMaker endpoint; chosen by weight when not given." };
    private readonly Option<string?> _endpointRole = new("--endpoint-role") { Description = "The ARN of the role that invokes the endpoint." };
    private readonly Option<string[]> _parameters = new("--parameter") { Description = "NAME=VALUE: a parameter of the invocation, such as CustomAttributes=...; may be given again." };
    private readonly Option<string[]> _output = new("--output", "-o") { Description = "Where the features go: a file, s3://bucket/prefix or kinesis://stream; may be given again.", Required = true };
    private readonly Option<int?> _imageSegment = new("--image-segment") { Description = "Which image of a file that has several, counted from 0: TIFF pages, NITF image segments. The first when not given." };
    private readonly Option<string?> _imageRole = new("--image-role") { Description = "The ARN of the role that reads the image." };
    private readonly Option<string?> _roi = new("--roi") { Description = "Only this area: WKT in WGS 84, longitude latitude." };
    private readonly Option<string[]> _properties = new("--property") { Description = "NAME=VALUE, a text, or a JSON object: copied into the properties of every feature; may be given again." };
    private readonly Option<string?> _name = new("--name") { Description = "A name for people." };
    private readonly Option<string> _tenant = new("--tenant") { Description = "Who submits.", DefaultValueFactory = _ => "default" };
    private readonly Option<int> _priority = new("--priority") { Description = "Base priority, 0..1000.", DefaultValueFactory = _ => 10 };
    private readonly Option<string?> _kind = new("--kind") { Description = "The kind of work, which --avoid-kind refers to; the endpoint's name when not given." };
    private readonly Option<Guid?> _id = new("--id") { Description = "The job's id; a new one when absent. The same id twice is one job." };
    private readonly Option<string?> _externalId = new("--external-id") { Description = "The job's id in the system that submits: results and notifications carry it." };
    private readonly TileArguments _tile = new();
    private readonly DistillationOptions _distillation = new();
    private readonly AffinityOptions _affinity = new();

    public void AddTo(Command command)
    {
        command.Add(_image);
        foreach (Option option in (Option[])
            [_endpoint, _output, .. _tile.All, _roi, .. _distillation.All, _properties, _name, _tenant, _priority, _kind, .. _affinity.All, _variant, _parameters, _endpointRole, _imageSegment, _imageRole, _id, _externalId])
            command.Add(option);
    }

    /// <summary>The request, checked: also that its image is there and its region is one, so that a slip of the pen makes no job.</summary>
    /// <exception cref="UsageException">It breaks a rule; the message names every one.</exception>
    public ImageRequested Read(ParseResult parsed)
    {
        var image = parsed.GetRequiredValue(_image);
        var request = new ImageRequested
        {
            JobId = parsed.GetValue(_id) ?? Guid.NewGuid(),
            ExternalId = parsed.GetValue(_externalId),
            JobName = parsed.GetValue(_name) ?? Path.GetFileName(image),
            Tenant = parsed.GetValue(_tenant)!,
            ImageUrl = image.Contains("://", StringComparison.Ordinal) ? image : Path.GetFullPath(image),
            ImageReadRole = parsed.GetValue(_imageRole),
            ImageSegment = parsed.GetValue(_imageSegment),
            Endpoint = RequestArguments.Endpoint(parsed.GetRequiredValue(_endpoint)) with
            {
                TargetVariant = parsed.GetValue(_variant),
                AssumedRole = parsed.GetValue(_endpointRole),
                Parameters = RequestArguments.Pairs(parsed.GetValue(_parameters) ?? [], "--parameter"),
            },
            Tile = _tile.Read(parsed),
            RegionOfInterest = parsed.GetValue(_roi),
            Outputs = [.. parsed.GetRequiredValue(_output).Select(RequestArguments.Output)],
            FeatureProperties = [.. (parsed.GetValue(_properties) ?? []).Select(RequestArguments.Properties)],
            PostProcessing = [_distillation.Read(parsed)],
            Priority = parsed.GetValue(_priority),
            JobKind = parsed.GetValue(_kind),
            Affinity = _affinity.Read(parsed),
        };
        string[] problems = [.. ImageRequestRules.Problems(request), .. InputProblems(request), .. RequestAccess.Problems(request, RequestAccess.NamedIn(request))];
        return problems.Length == 0 ? request : throw new UsageException(string.Join(Environment.NewLine, problems));
    }

    private static IEnumerable<string> InputProblems(ImageRequested request)
    {
        // Over a broker the image's folder may be one that only the other machines have.
        if (TransportChoice.Current().LivesInProcess && Problem(() => RequestedInputs.CheckImage(request.ImageUrl)) is { } image)
            yield return image;
        if (request.RegionOfInterest is { } region && Problem(() => RequestedInputs.CheckRegion(region, "--roi")) is { } roi)
            yield return roi;
    }

    private static string? Problem(Action check)
    {
        try
        {
            check();
            return null;
        }
        catch (ImageException wrong)
        {
            return wrong.Message;
        }
    }
}
