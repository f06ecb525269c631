using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Swath.Configuration.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void Read_NothingSet_GivesTheDefaultsAndNoWarning()
    {
        var (options, warnings) = Read([]);

        Assert.Equal(10240, options.RegionSize);
        Assert.True(options.Throttling);
        Assert.Null(options.Limit);
        Assert.Empty(warnings);
    }

    [Fact]
    public void Read_EverythingSet_GivesItInvariantly()
    {
        var (options, warnings) = Read(new()
        {
            ["REGION_SIZE"] = " 2048 ",
            ["CAPACITY_TARGET_PERCENTAGE"] = "0.8",
            ["SCHEDULER_THROTTLING_ENABLED"] = "0",
            ["TIMEOUT"] = "2.5",
            ["MODE"] = "lazy",
            ["LIMIT"] = "5000000000",
            ["PLACE"] = "here",
        });

        Assert.Equal(2048, options.RegionSize);
        Assert.Equal(0.8, options.Target);
        Assert.False(options.Throttling);
        Assert.Equal(TimeSpan.FromSeconds(2.5), options.Timeout);
        Assert.Equal(SampleMode.Lazy, options.Mode);
        Assert.Equal(5_000_000_000, options.Limit);
        Assert.Equal("here", options.Place);
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("REGION_SIZE", "0", "10240")]
    [InlineData("REGION_SIZE", "-5", "10240")]
    [InlineData("REGION_SIZE", "many", "10240")]
    [InlineData("REGION_SIZE", "1.5", "10240")]
    [InlineData("REGION_SIZE", "99999999999", "10240")]
    [InlineData("CAPACITY_TARGET_PERCENTAGE", "0", "1.0")]
    [InlineData("CAPACITY_TARGET_PERCENTAGE", "-1", "1.0")]
    [InlineData("CAPACITY_TARGET_PERCENTAGE", "NaN", "1.0")]
    [InlineData("CAPACITY_TARGET_PERCENTAGE", "Infinity", "1.0")]
    [InlineData("CAPACITY_TARGET_PERCENTAGE", "0,8", "1.0")]
    [InlineData("SCHEDULER_THROTTLING_ENABLED", "maybe", "True")]
    [InlineData("TIMEOUT", "3601", "30")]
    [InlineData("TIMEOUT", "1e300", "30")]
    [InlineData("MODE", "7", "Eager")]
    [InlineData("LIMIT", "0", "none")]
    public void Read_InvalidValue_FallsBackWithOneWarningThatNamesAll(string name, string value, string @default)
    {
        var (options, warnings) = Read(new() { [name] = value });

        Assert.Equivalent(new SampleOptions(), options);
        var warning = Assert.Single(warnings);
        Assert.Contains(name, warning, StringComparison.Ordinal);
        Assert.Contains($"'{value}'", warning, StringComparison.Ordinal);
        Assert.EndsWith(@default, warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EmptyValue_MeansNotSet()
        => Assert.Empty(Read(new() { ["REGION_SIZE"] = "", ["MODE"] = " " }).Warnings);

    [Fact]
    public void Read_UnrecognisedSetting_WarnsThatItDoesNothing()
    {
        foreach (var name in SettingCatalog.Unrecognised)
        {
            var warning = Assert.Single(Read(new() { [name] = "1" }).Warnings);
            Assert.Contains(name, warning, StringComparison.Ordinal);
            Assert.Contains("does nothing", warning, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Read_AnyWholeNumber_IsTakenExactlyWhenItIsInRange()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
            ArbMap.Default.ArbFor<int>(),
            number =>
            {
                var (options, warnings) = Read(new() { ["REGION_SIZE"] = number.ToString(CultureInfo.InvariantCulture) });
                return number >= 1 ? options.RegionSize == number && warnings.Count == 0 : options.RegionSize == 10240 && warnings.Count == 1;
            }));

    [Fact]
    public void Read_AnyText_NeverThrowsAndWarnsAtMostOnce()
        => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(
            ArbMap.Default.ArbFor<string>(),
            ArbMap.Default.ArbFor<string>(),
            (first, second) => Read(new() { ["REGION_SIZE"] = first, ["TIMEOUT"] = second }).Warnings.Count <= 2));

    [Fact]
    public void Monitor_Reload_ShowsTheNewValueAndRepeatsNoWarning()
    {
        var values = new Dictionary<string, string?> { ["REGION_SIZE"] = "bad" };
        var (provider, configuration, log) = Build(values);
        var monitor = provider.GetRequiredService<IOptionsMonitor<SampleOptions>>();
        Assert.Equal(10240, monitor.CurrentValue.RegionSize);
        Assert.Equal(10240, provider.GetRequiredService<IOptions<SampleOptions>>().Value.RegionSize);

        configuration["MODE"] = "Lazy";
        configuration.Reload();
        Assert.Equal(SampleMode.Lazy, monitor.CurrentValue.Mode);
        Assert.Single(log.Warnings);

        configuration["REGION_SIZE"] = "512";
        configuration.Reload();
        Assert.Equal(512, monitor.CurrentValue.RegionSize);

        configuration["REGION_SIZE"] = "bad";
        configuration.Reload();
        Assert.Equal(10240, monitor.CurrentValue.RegionSize);
        Assert.Equal(2, log.Warnings.Count);
    }

    [Fact]
    public void AddSwathOptions_CodeConfiguresToo_CodeWins()
    {
        var services = new ServiceCollection();
        services.Configure<SampleOptions>(options => options.RegionSize = 64);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection([new("REGION_SIZE", "128")]).Build());
        services.AddSwathOptions<SampleOptions>().AddSwathOptions<SampleOptions>();

        using var provider = services.BuildServiceProvider();
        Assert.Equal(64, provider.GetRequiredService<IOptions<SampleOptions>>().Value.RegionSize);
    }

    [Fact]
    public void AddSwathOptions_EnvironmentAndAppsettings_EnvironmentWins()
    {
        var file = Path.GetTempFileName();
        const string prefix = "SWATH_SETTINGS_TEST_";
        Environment.SetEnvironmentVariable(prefix + "REGION_SIZE", "256");
        try
        {
            File.WriteAllText(file, """{ "REGION_SIZE": 128, "SCHEDULER_THROTTLING_ENABLED": false }""");
            var services = new ServiceCollection().AddSwathOptions<SampleOptions>()
                .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonFile(file).AddEnvironmentVariables(prefix).Build());

            using var provider = services.BuildServiceProvider();
            var options = provider.GetRequiredService<IOptions<SampleOptions>>().Value;
            Assert.Equal(256, options.RegionSize);
            Assert.False(options.Throttling);
        }
        finally
        {
            Environment.SetEnvironmentVariable(prefix + "REGION_SIZE", null);
            File.Delete(file);
        }
    }

    private static (SampleOptions Options, IReadOnlyList<string> Warnings) Read(Dictionary<string, string?> values)
    {
        var (provider, _, log) = Build(values);
        using (provider)
            return (provider.GetRequiredService<IOptions<SampleOptions>>().Value, log.Warnings);
    }

    private static (ServiceProvider Provider, IConfigurationRoot Configuration, RecordingLoggerProvider Log) Build(Dictionary<string, string?> values)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var log = new RecordingLoggerProvider();
        var provider = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddLogging(logging => logging.AddProvider(log))
            .AddSwathOptions<SampleOptions>()
            .BuildServiceProvider();
        return (provider, configuration, log);
    }
}
