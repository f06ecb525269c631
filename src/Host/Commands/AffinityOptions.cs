using System.CommandLine;
using Swath.Contracts;

namespace Swath.Host.Commands;

/// <summary>The command line's way of writing an <see cref="Affinity"/>: which workers may, should and should not take a job's regions.</summary>
internal sealed class AffinityOptions
{
    private readonly Option<string[]> _requiredTags = new("--require-tag") { Description = "Only workers with this tag, such as hardware=gpu; may be given again." };
    private readonly Option<string[]> _requiredCapabilities = new("--require-capability") { Description = "Only workers that can do this, such as s3; may be given again." };
    private readonly Option<string?> _requiredWorker = new("--require-worker") { Description = "Only the worker with this id." };
    private readonly Option<string[]> _preferredTags = new("--prefer-tag") { Description = "Rather workers with this tag; may be given again." };
    private readonly Option<string?> _preferredWorker = new("--prefer-worker") { Description = "Rather the worker with this id." };
    private readonly Option<string[]> _avoided = new("--avoid-kind") { Description = "Not on a worker that runs a job of this kind; may be given again." };

    public IEnumerable<Option> All => [_requiredTags, _requiredCapabilities, _requiredWorker, _preferredTags, _preferredWorker, _avoided];

    public Affinity Read(ParseResult parsed) => new()
    {
        Hard = new WorkerRule { Tags = parsed.GetValue(_requiredTags) ?? [], Capabilities = parsed.GetValue(_requiredCapabilities) ?? [], WorkerId = parsed.GetValue(_requiredWorker) },
        Soft = new WorkerRule { Tags = parsed.GetValue(_preferredTags) ?? [], WorkerId = parsed.GetValue(_preferredWorker) },
        AntiJobKinds = parsed.GetValue(_avoided) ?? [],
    };
}
