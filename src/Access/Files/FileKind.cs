namespace Swath.Access.Files;

/// <summary>What a name in a file system stands for.</summary>
internal enum FileKind
{
    Regular,
    Folder,
    Device,
    Pipe,
    Socket,
    Other,
}
