namespace Swath.Testing;

/// <summary>The folder with real imagery: the variable SWATH_IMAGERY, else <c>shared/imagery</c> beside or above the tests.</summary>
public static class ImageryFolder
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "SWATH_IMAGERY";

    /// <summary>What a test says when it is skipped for want of imagery.</summary>
    public const string HowToGet = $"No imagery found: set {Variable} to the folder, or put it at shared/imagery beside the checkout.";

    /// <summary>The folder's path; null when there is none.</summary>
    public static string? Find()
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named))
            return Directory.Exists(named) ? named : null;
        return Above(AppContext.BaseDirectory) ?? Above(Environment.CurrentDirectory);
    }

    /// <summary>The path of one file, or the calling test is skipped with the reason.</summary>
    public static string Require(string fileName)
    {
        var folder = Find();
        Skip.If(folder is null, HowToGet);
        var path = Path.Combine(folder!, fileName);
        Skip.IfNot(File.Exists(path), $"{path} is missing.");
        return path;
    }

    private static string? Above(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "imagery");
            if (Directory.Exists(candidate))
                return candidate;
        }

        return null;
    }
}
