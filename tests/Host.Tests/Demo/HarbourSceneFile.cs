using Swath.Host.Demo;

namespace Swath.Host.Tests.Demo;

/// <summary>The scene as a file, written once for the tests of a class.</summary>
public sealed class HarbourSceneFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swath-scene-");

    public HarbourSceneFile() => SceneFile.Write(Scene, Path);

    internal HarbourScene Scene { get; } = HarbourScene.Create();

    internal string Path => System.IO.Path.Combine(_folder.FullName, "harbour.tif");

    public void Dispose() => _folder.Delete(recursive: true);
}
