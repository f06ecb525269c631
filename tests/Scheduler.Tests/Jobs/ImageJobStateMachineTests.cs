namespace Swath.Scheduler.Tests.Jobs;

/// <summary>Holds docs/states.md against the state machine. SWATH_WRITE_DOCS=1 writes the table into the page.</summary>
public sealed class ImageJobStateMachineTests
{
    private const string Begin = "<!-- begin: every state and event, written by the tests -->\n";
    private const string End = "<!-- end -->";

    [Fact]
    public async Task Table_EveryStateAndEvent_IsTheOneInTheDocs()
    {
        var table = StateTable.ToMarkdown(await StateTable.ExploreAsync());
        var (page, path) = ReadPage();
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("SWATH_WRITE_DOCS") == "1")
            await File.WriteAllTextAsync(path, page[..from] + table + page[to..]);
        else
            Assert.Equal(table, page[from..to]);
    }

    [Fact]
    public async Task Diagram_Arrows_AreTheTransitionsOfTheTable()
    {
        var transitions = (await StateTable.ExploreAsync())
            .Where(cell => cell.Result is not (StateTable.Ignored or StateTable.Alarm) && cell.Result != cell.Status)
            .Select(cell => $"{cell.Status} --> {cell.Result}: {cell.Event.Split(',')[0]}")
            .Append("[*] --> Requested: ImageRequested")
            .Append("[*] --> Failed: ImageRequested");

        var arrows = ReadPage().Page.Split('\n').Select(line => line.Trim()).Where(line => line.Contains(" --> ", StringComparison.Ordinal) && line.Contains(": ", StringComparison.Ordinal));

        Assert.Equal(transitions.Distinct().Order(StringComparer.Ordinal), arrows.Order(StringComparer.Ordinal));
    }

    private static (string Page, string Path) ReadPage()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            folder = folder.Parent;
        Assert.NotNull(folder);
        var path = Path.Combine(folder.FullName, "docs", "states.md");
        return (File.ReadAllText(path), path);
    }
}
