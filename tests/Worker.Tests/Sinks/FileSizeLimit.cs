using System.Runtime.InteropServices;

namespace Swath.Worker.Tests.Sinks;

/// <summary>
/// A disk that is full, as far as this process can tell: no file may grow above a limit (RLIMIT_FSIZE), and writing behind it fails instead of ending the process.
/// Only for tests that run alone.
/// </summary>
internal sealed class FileSizeLimit : IDisposable
{
    private const int FileSize = 1;
    private const int FileSizeSignal = 25;
    private const nint Ignore = 1;

    private readonly Limit _before;
    private readonly nint _handler;

    public FileSizeLimit(long bytes)
    {
        _handler = signal(FileSizeSignal, Ignore);
        Assert.Equal(0, getrlimit(FileSize, out _before));
        var limit = _before with { Soft = (ulong)bytes };
        Assert.Equal(0, setrlimit(FileSize, in limit));
    }

    public void Dispose()
    {
        Assert.Equal(0, setrlimit(FileSize, in _before));
        signal(FileSizeSignal, _handler);
    }

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int getrlimit(int resource, out Limit limit);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setrlimit(int resource, in Limit limit);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint signal(int number, nint handler);

    private readonly record struct Limit(ulong Soft, ulong Hard);
}
