using System.ComponentModel.DataAnnotations;

namespace Swath.Configuration.Tests;

public sealed class SettingCatalogTests
{
    [Fact]
    public void Of_Options_ListsNameDefaultAndLimits()
    {
        var settings = SettingCatalog.Of(typeof(SampleOptions)).ToDictionary(setting => setting.Name);

        Assert.Equal(7, settings.Count);
        Assert.Equal(("10240", "a whole number of at least 1"), (settings["REGION_SIZE"].DefaultText, settings["REGION_SIZE"].Allowed));
        Assert.Equal(("1.0", "a number above 0"), (settings["CAPACITY_TARGET_PERCENTAGE"].DefaultText, settings["CAPACITY_TARGET_PERCENTAGE"].Allowed));
        Assert.Equal(("30", "a number of seconds of at least 0 and at most 3600"), (settings["TIMEOUT"].DefaultText, settings["TIMEOUT"].Allowed));
        Assert.Equal(("Eager", "one of Eager, Lazy"), (settings["MODE"].DefaultText, settings["MODE"].Allowed));
        Assert.Equal(("True", "True or False"), (settings["SCHEDULER_THROTTLING_ENABLED"].DefaultText, settings["SCHEDULER_THROTTLING_ENABLED"].Allowed));
        Assert.Equal("none", settings["LIMIT"].DefaultText);
    }

    [Fact]
    public void Of_TwoTypesThatShareASetting_ListsItOnce()
        => Assert.Equal(7, SettingCatalog.Of([typeof(SampleOptions), typeof(Agreeing)]).Count);

    [Fact]
    public void Of_TwoTypesThatDisagree_Throws()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => SettingCatalog.Of([typeof(SampleOptions), typeof(Disagreeing)]));

        Assert.Contains("REGION_SIZE", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_DefaultOutsideItsRange_Throws()
        => Assert.Throws<InvalidOperationException>(() => SettingCatalog.Of(typeof(Contradictory)));

    [Fact]
    public void Render_Options_IsAMarkdownTable()
    {
        var page = SettingsPage.Render([typeof(SampleOptions)]);

        Assert.Contains("| `REGION_SIZE` | 10240 | a whole number of at least 1 | Edge of a region \\| in pixels. |\n", page, StringComparison.Ordinal);
        Assert.Equal(9, page.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private sealed class Agreeing
    {
        [Setting("REGION_SIZE")]
        [Range(1, int.MaxValue)]
        public int Edge { get; set; } = 10240;
    }

    private sealed class Disagreeing
    {
        [Setting("REGION_SIZE")]
        [Range(1, int.MaxValue)]
        public int Edge { get; set; } = 5120;
    }

    private sealed class Contradictory
    {
        [Setting("WORKERS")]
        [Range(1, 10)]
        public int Workers { get; set; }
    }
}
