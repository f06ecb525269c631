using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Swath.Contracts;

namespace Swath.Access;

/// <summary>What the settings permit, for all and for single tenants, as grants.</summary>
/// <param name="options">For all.</param>
/// <param name="configuration">For single tenants: <c>Tenants:NAME:OUTPUT_ROOTS</c> and the like; null: there are none.</param>
public sealed class GrantSettings(IOptionsMonitor<AccessOptions> options, IConfiguration? configuration = null)
{
    /// <summary>The section of the configuration that has one section for each tenant.</summary>
    public const string Section = "Tenants";

    /// <summary>What jobs of a tenant may do.</summary>
    /// <param name="tenant">Its name, letter by letter; null: any tenant of which the configuration says nothing.</param>
    public Grants Of(string? tenant)
    {
        var all = options.CurrentValue;

        // Keys of a configuration know no case, tenants do.
        var its = tenant is null ? null : configuration?.GetSection(Section).GetChildren().FirstOrDefault(section => section.Key == tenant);
        return new Grants
        {
            ImageRoots = Folders(Own(its, "IMAGE_ROOTS"), all.ImageRoots, all.DataFolder),
            OutputRoots = Folders(Own(its, "OUTPUT_ROOTS"), all.OutputRoots, all.DataFolder),
            ImageHosts = Hosts(Own(its, "IMAGE_HTTP_HOSTS") ?? all.ImageHosts),
            ImageInternalAddresses = Flag(Own(its, "IMAGE_HTTP_INTERNAL_ADDRESSES")) ?? all.ImageInternalAddresses,
            EndpointHosts = Hosts(Own(its, "ENDPOINT_HOSTS") ?? all.EndpointHosts),
            EndpointInternalAddresses = Flag(Own(its, "ENDPOINT_INTERNAL_ADDRESSES")) ?? all.EndpointInternalAddresses,
            ImageBuckets = List(Own(its, "IMAGE_BUCKETS") ?? all.ImageBuckets),
            OutputBuckets = List(Own(its, "OUTPUT_BUCKETS") ?? all.OutputBuckets),
            OutputStreams = List(Own(its, "OUTPUT_STREAMS") ?? all.OutputStreams),
        };
    }

    /// <summary>What a job may do whose request was stamped, or came before requests were: that one has what the settings permit to all.</summary>
    public JobAccess AccessOf(Grants? stamped) => new(stamped ?? Of(null));

    // As one text, or as a list of JSON.
    private static string? Own(IConfigurationSection? tenant, string setting)
    {
        if (tenant?[setting] is { } text)
            return text;
        var items = tenant?.GetSection(setting).GetChildren().Select(item => item.Value).ToList();
        return items is { Count: > 0 } ? string.Join(',', items) : null;
    }

    // A tenant's own setting that is empty permits nothing, as all its others do: neither what is open to all, nor the data folder.
    private static IReadOnlyList<string> Folders(string? ofTenant, string ofAll, string? standard)
    {
        var folders = List(ofTenant ?? ofAll);
        return folders.Length > 0 || ofTenant is not null || standard is null ? [.. folders.Select(Path.GetFullPath)] : [Path.GetFullPath(standard)];
    }

    private static string[] List(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // A host has no space in it: lists that were separated by spaces stay what they were.
    private static string[] Hosts(string text) => List(text.Replace(' ', ','));

    // What is no flag permits nothing.
    private static bool? Flag(string? text) => text is null ? null : text is "1" || (bool.TryParse(text, out var flag) && flag);
}
