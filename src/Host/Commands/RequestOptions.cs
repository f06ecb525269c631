using System.CommandLine;
using System.CommandLine.Parsing;
using Swath.Contracts;

namespace Swath.Host.Commands;

/// <summary>What <c>run</c> and <c>submit</c> have in common: the command line's way of writing an <see cref="ImageRequested"/>.</summary>
internal sealed class RequestOptions
{
    private readonly Argument<string> _image = new("IMAGE") { Description = "A path, s3://bucket/key or https:// address." };
    private readonly Option<string> _endpoint = new("--endpoint") { Description = "The URL that the model answers at, or the name of a SageMaker endpoint.", Required = true };
    private readonly Option<string[]> _output = new("--output", "-o") { Description = "Where the features go: a file, s3://bucket/prefix or kinesis://stream; may be given again.", Required = true };
    private readonly Option<string?> _name = new("--name") { Description = "A name for people." };
    private readonly Option<string> _tenant = new("--tenant") { Description = "Who submits.", DefaultValueFactory = _ => "default" };
    private readonly Option<int> _priority = new("--priority") { Description = "Base priority, 0..1000.", DefaultValueFactory = _ => 10 };
    private readonly Option<int> _tileSize = new("--tile-size") { Description = "Tile width and height in pixels.", DefaultValueFactory = _ => new TileOptions().Size };
    private readonly Option<int> _overlap = new("--overlap") { Description = "Pixels that neighbouring tiles share at least.", DefaultValueFactory = _ => new TileOptions().Overlap };
    private readonly Option<TileFormat> _format = new("--format") { Description = "Encoding of a tile: gtiff, png, jpeg, nitf.", DefaultValueFactory = _ => TileFormat.Gtiff };
    private readonly Option<TileCompression> _compression = new("--compression") { Description = "Compression of a tile: none, lzw, jpeg, j2k.", DefaultValueFactory = _ => TileCompression.None };
    private readonly Option<string?> _roi = new("--roi") { Description = "Only this area: WKT in WGS 84, longitude latitude." };
    private readonly Option<DistillationAlgorithm> _distillation = new("--distillation") { Description = "How duplicates are removed: nms, softnms, none.", DefaultValueFactory = _ => DistillationAlgorithm.Nms };
    private readonly Option<double> _iou = new("--iou") { Description = "Overlap above which two features are one, 0..1.", DefaultValueFactory = _ => PostProcessingStep.Default.IouThreshold };
    private readonly Option<Guid?> _id = new("--id") { Description = "The job's id; a new one when absent. The same id twice is one job." };

    public void AddTo(Command command)
    {
        command.Add(_image);
        foreach (Option option in (Option[])[_endpoint, _output, _name, _tenant, _priority, _tileSize, _overlap, _format, _compression, _roi, _distillation, _iou, _id])
            command.Add(option);
    }

    /// <summary>The request, checked.</summary>
    /// <exception cref="UsageException">It breaks a rule; the message names every one.</exception>
    public ImageRequested Read(ParseResult parsed)
    {
        var image = parsed.GetRequiredValue(_image);
        var request = new ImageRequested
        {
            JobId = parsed.GetValue(_id) ?? Guid.NewGuid(),
            JobName = parsed.GetValue(_name) ?? Path.GetFileName(image),
            Tenant = parsed.GetValue(_tenant)!,
            ImageUrl = image.Contains("://", StringComparison.Ordinal) ? image : Path.GetFullPath(image),
            Endpoint = RequestArguments.Endpoint(parsed.GetRequiredValue(_endpoint)),
            Tile = new TileOptions
            {
                Size = parsed.GetValue(_tileSize),
                Overlap = parsed.GetValue(_overlap),
                Format = parsed.GetValue(_format),
                Compression = parsed.GetValue(_compression),
            },
            RegionOfInterest = parsed.GetValue(_roi),
            Outputs = [.. parsed.GetRequiredValue(_output).Select(RequestArguments.Output)],
            PostProcessing = [new PostProcessingStep { Algorithm = parsed.GetValue(_distillation), IouThreshold = parsed.GetValue(_iou) }],
            Priority = parsed.GetValue(_priority),
        };
        var problems = ImageRequestRules.Problems(request);
        return problems.Count == 0 ? request : throw new UsageException(string.Join(Environment.NewLine, problems));
    }
}
