using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Swath.Access.Tests;

public sealed class GrantSettingsTests
{
    [Fact]
    public void Of_NothingIsSet_IsTheDataFolderAndNoHost()
    {
        var grants = Settings(new() { }).Of("anybody");

        Assert.Equal(["/home/data"], grants.ImageRoots);
        Assert.Equal(["/home/data"], grants.OutputRoots);
        Assert.Empty(grants.EndpointHosts);
        Assert.Empty(grants.ImageHosts);
        Assert.Equal(["*"], grants.OutputBuckets);
    }

    [Fact]
    public void Of_Settings_AreLists()
    {
        var grants = Settings(new() { ["OUTPUT_ROOTS"] = "/a, /b/../c", ["ENDPOINT_HOSTS"] = "m.example.com,127.0.0.1:8080", ["ENDPOINT_INTERNAL_ADDRESSES"] = "1" }).Of(null);

        Assert.Equal(["/a", "/c"], grants.OutputRoots);
        Assert.Equal(["m.example.com", "127.0.0.1:8080"], grants.EndpointHosts);
        Assert.True(grants.EndpointInternalAddresses);
    }

    [Fact]
    public void Of_TenantWithSettingsOfItsOwn_HasThoseAndTheOthersOfAll()
    {
        var settings = Settings(new()
        {
            ["OUTPUT_ROOTS"] = "/all",
            ["ENDPOINT_HOSTS"] = "all.example.com",
            ["Tenants:coastguard:OUTPUT_ROOTS"] = "/coastguard",
            ["Tenants:coastguard:ENDPOINT_HOSTS"] = "",
            ["Tenants:coastguard:OUTPUT_BUCKETS"] = "results/coastguard/",
        });

        Assert.Equal(["/coastguard"], settings.Of("coastguard").OutputRoots);
        Assert.Empty(settings.Of("coastguard").EndpointHosts);
        Assert.Equal(["results/coastguard/"], settings.Of("coastguard").OutputBuckets);
        foreach (var other in new[] { "Coastguard", "coastguard:OUTPUT_ROOTS", "navy", null })
        {
            Assert.Equal(["/all"], settings.Of(other).OutputRoots);
            Assert.Equal(["all.example.com"], settings.Of(other).EndpointHosts);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(",")]
    public void Of_TenantWithoutFolders_HasNone(string none)
    {
        foreach (var all in new[] { "/all", "" })
        {
            var settings = Settings(new() { ["IMAGE_ROOTS"] = all, ["OUTPUT_ROOTS"] = all, ["Tenants:coastguard:IMAGE_ROOTS"] = none, ["Tenants:coastguard:OUTPUT_ROOTS"] = none });

            Assert.Empty(settings.Of("coastguard").ImageRoots);
            Assert.Empty(settings.Of("coastguard").OutputRoots);
            Assert.Equal([all.Length > 0 ? all : "/home/data"], settings.Of("navy").OutputRoots);
        }
    }

    [Fact]
    public void Of_TenantWithAListOfJson_HasWhatItNames()
    {
        var settings = Settings(new() { ["OUTPUT_ROOTS"] = "/all", ["Tenants:coastguard:OUTPUT_ROOTS:0"] = "/a", ["Tenants:coastguard:OUTPUT_ROOTS:1"] = "/b" });

        Assert.Equal(["/a", "/b"], settings.Of("coastguard").OutputRoots);
    }

    private static GrantSettings Settings(Dictionary<string, string?> configuration) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build())
        .AddSwathAccess().PostConfigure<AccessOptions>(access => access.DataFolder = "/home/data")
        .BuildServiceProvider().GetRequiredService<GrantSettings>();
}
