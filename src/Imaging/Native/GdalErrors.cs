using System.Runtime.InteropServices;

namespace Swath.Imaging.Native;

/// <summary>What GDAL complained about on this thread since the last <see cref="Reset"/>.</summary>
/// <remarks>
/// GDAL reports per thread, often several times for one failure, the cause first ("Corrupt JPEG data ...") and the place last
/// ("IReadBlock failed at ..."). So reset, call and read on one thread, without an await in between.
/// </remarks>
internal static unsafe class GdalErrors
{
    private const int KeptMessages = 4;

    [ThreadStatic]
    private static List<string>? _messages;

    [ThreadStatic]
    private static int _number;

    [ThreadStatic]
    private static string? _damage;

    [ThreadStatic]
    private static bool _odd;

    [ThreadStatic]
    private static List<string>? _remarks;

    /// <summary>Replaces GDAL's printing to stderr, for every thread of the process.</summary>
    public static void Install() => Gdal.CPLSetErrorHandler(&OnError);

    public static void Reset()
    {
        _messages?.Clear();
        _number = 0;
        _damage = null;
        _odd = false;
        Gdal.CPLErrorReset();
    }

    /// <summary>GDAL's number of the first error (CPLE_* of cpl_error.h), 0 when there was none.</summary>
    public static int Number => _number;

    public static bool Any => _messages is { Count: > 0 };

    /// <summary>What a decoder only warned of though pixels are wrong; null when there was no such warning.</summary>
    public static string? Damage => _damage;

    /// <summary>True when a decoder warned of something that costs no pixel; its next warnings are not reported.</summary>
    public static bool Odd => _odd;

    /// <summary>All that was said, the cause first; a plain sentence when GDAL failed without a word.</summary>
    public static string Message => Any ? string.Join("; ", _messages!) : "GDAL gave no reason";

    /// <summary>
    /// What decoders remark while something is tried that failed before: of some refusals GDAL tells the cause only to who debugs it. Lines about what
    /// went well, and those of GDAL's own bookkeeping, are left out.
    /// </summary>
    public static IReadOnlyList<string> Listen(Action work)
    {
        _remarks = [];
        Gdal.CPLSetThreadLocalConfigOption("CPL_DEBUG", "ON");
        try
        {
            work();
            return [.. _remarks.Distinct().Take(KeptMessages)];
        }
        finally
        {
            Gdal.CPLSetThreadLocalConfigOption("CPL_DEBUG", null);
            _remarks = null;
        }
    }

    [UnmanagedCallersOnly]
    private static void OnError(int severity, int number, byte* message)
    {
        if (severity == Gdal.Debug && _remarks is not null)
            OnRemark(Gdal.Text(message)?.Trim() ?? "");
        if (severity == Gdal.Warning)
            OnWarning(Gdal.Text(message)?.Trim() ?? "");
        if (severity < Gdal.Failure)
            return;
        var messages = _messages ??= [];
        if (messages.Count == 0)
            _number = number;
        var text = Gdal.Text(message)?.Trim() ?? "";
        if (text.Length > 0 && messages.Count < KeptMessages && !messages.Contains(text))
            messages.Add(text);
    }

    private static void OnWarning(string text)
    {
        if (JpegWarning.IsDamage(text))
            _damage ??= text;
        else
            _odd |= JpegWarning.IsHarmless(text);
    }

    // "OPENJPEG: Unable to handle that image (2)"; "GDAL: GDALOpen(...)" and "OPENJPEG: info: ..." say nothing.
    private static void OnRemark(string text)
    {
        if (text.Split(": ", 2) is [var who, var what] && who is not ("GDAL" or "VSI" or "CPL" or "MDReaders") && !what.StartsWith("info:", StringComparison.Ordinal))
            _remarks!.Add($"{who}: {what.Trim()}");
    }
}
