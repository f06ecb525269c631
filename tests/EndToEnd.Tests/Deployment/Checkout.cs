namespace Swath.EndToEnd.Tests.Deployment;

/// <summary>The folder that the tests were built from.</summary>
internal static class Checkout
{
    public static string PathOf(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not run inside a checkout.");
        return Path.Combine([folder.FullName, .. parts]);
    }
}
