using System.Buffers;
using System.Runtime.ExceptionServices;

namespace Swath.Imaging.Remote;

/// <summary>
/// An object as a file: what was fetched is kept in chunks, a read that goes on where the last one ended fetches ahead. It belongs to one
/// open image, so that nothing that one identity fetched is ever seen by another.
/// </summary>
internal sealed class RemoteFile(RemoteObject source, RemoteImageOptions options, TimeProvider clock, CancellationToken cancellation)
{
    public const int ChunkSize = 64 << 10;

    private const int MostChunksAtOnce = 64;
    private const int ParallelFetches = 4;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.5), LongestDelay = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<long, LinkedListNode<(long Number, byte[] Bytes)>> _chunks = [];
    private readonly LinkedList<(long Number, byte[] Bytes)> _byUse = new();
    private readonly int _capacity = Math.Max(2 * MostChunksAtOnce, options.CacheBytes / ChunkSize);
    private long _expectedNext = -1;
    private int _ahead = 1;

    /// <summary>Why the last read failed; null when it didn't. GDAL only hears that bytes are missing.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Opens what is in the file. What was opened without bytes that could not be fetched would lack what they say: it is closed again.</summary>
    /// <exception cref="ImageException">What fetching failed with, rather than what was made of the missing bytes.</exception>
    public T Open<T>(Func<T> open)
        where T : IDisposable
    {
        Failure = null;
        T opened;
        try
        {
            opened = open();
        }
        catch (ImageException) when (Failure is not null)
        {
            ExceptionDispatchInfo.Throw(Failure);
            throw;
        }

        if (Failure is { } missed)
        {
            opened.Dispose();
            ExceptionDispatchInfo.Throw(missed);
        }

        return opened;
    }

    /// <summary>The object's length, fetching its beginning if that is not known yet.</summary>
    public long Length
    {
        get
        {
            lock (_lock)
            {
                if (source.Length is null)
                    Fetch(0, 1);
                return source.Length!.Value;
            }
        }
    }

    /// <summary>Reads from a position; fewer bytes only at the end of the file.</summary>
    /// <exception cref="ImageException">The object can't be read.</exception>
    public int Read(long position, Span<byte> target)
    {
        lock (_lock)
        {
            var count = (int)Math.Clamp(Length - position, 0, target.Length);
            var last = (position + count - 1) / ChunkSize;
            for (var done = 0; done < count;)
            {
                var number = (position + done) / ChunkSize;
                var from = (int)((position + done) % ChunkSize);
                var bytes = Chunk(number, last).AsSpan(from);
                bytes = bytes[..Math.Min(bytes.Length, count - done)];
                bytes.CopyTo(target[done..]);
                done += bytes.Length;
            }

            return count;
        }
    }

    /// <summary>Fetches what is missing of several ranges, some requests at once, as far as it can be kept.</summary>
    public void Prepare(IEnumerable<(long Position, long Count)> ranges)
    {
        lock (_lock)
        {
            var end = (Length - 1) / ChunkSize;
            var missing = new SortedSet<long>();
            foreach (var (position, count) in ranges)
            {
                for (var number = position / ChunkSize; number <= Math.Min(end, (position + count - 1) / ChunkSize); number++)
                {
                    if (missing.Count < _capacity / 2 && !_chunks.ContainsKey(number))
                        missing.Add(number);
                }
            }

            foreach (var runs in Runs(missing).Chunk(ParallelFetches))
            {
                var fetches = runs.Select(run => FetchAsync(run.First, run.Count)).ToArray();
                try
                {
                    // GDAL asks on its own thread and has no way to wait otherwise.
                    Task.WhenAll(fetches).GetAwaiter().GetResult();
                    for (var i = 0; i < runs.Length; i++)
                        Keep(runs[i].First, fetches[i].Result.Bytes, fetches[i].Result.Length);
                }
                finally
                {
                    foreach (var fetch in fetches.Where(fetch => fetch.IsCompletedSuccessfully))
                        ArrayPool<byte>.Shared.Return(fetch.Result.Bytes);
                }
            }
        }
    }

    private static IEnumerable<(long First, int Count)> Runs(SortedSet<long> numbers)
    {
        (long First, int Count)? run = null;
        foreach (var number in numbers)
        {
            if (run is { } open && open.First + open.Count == number && open.Count < MostChunksAtOnce)
            {
                run = (open.First, open.Count + 1);
                continue;
            }

            if (run is { } ended)
                yield return ended;
            run = (number, 1);
        }

        if (run is { } rest)
            yield return rest;
    }

    private byte[] Chunk(long number, long last)
    {
        if (!_chunks.TryGetValue(number, out var node))
        {
            // A read that goes on where the last fetch ended will probably go on further.
            _ahead = number == _expectedNext ? Math.Min(2 * _ahead, MostChunksAtOnce) : 1;
            var wanted = Math.Min(MostChunksAtOnce, last - number + 1);
            var count = 1;
            while (count < Math.Max(wanted, _ahead) && (number + count) * ChunkSize < Length && !_chunks.ContainsKey(number + count))
                count++;
            Fetch(number, count);
            _ahead = count;
            _expectedNext = number + count;
            node = _chunks[number];
        }

        _byUse.Remove(node);
        _byUse.AddLast(node);
        return node.Value.Bytes;
    }

    private void Fetch(long first, int count)
    {
        var (bytes, length) = FetchAsync(first, count).GetAwaiter().GetResult();
        try
        {
            Keep(first, bytes, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Keep(long first, byte[] bytes, int length)
    {
        for (var start = 0; start < length; start += ChunkSize, first++)
        {
            if (_chunks.ContainsKey(first))
                continue;
            _chunks[first] = _byUse.AddLast((first, bytes.AsSpan(start, Math.Min(ChunkSize, length - start)).ToArray()));
            if (_chunks.Count <= _capacity)
                continue;
            _chunks.Remove(_byUse.First!.Value.Number);
            _byUse.RemoveFirst();
        }
    }

    private async Task<(byte[] Bytes, int Length)> FetchAsync(long first, int count)
    {
        var wanted = source.Length is { } length ? (int)Math.Min((long)count * ChunkSize, length - (first * ChunkSize)) : count * ChunkSize;
        var bytes = ArrayPool<byte>.Shared.Rent(wanted);
        var kept = false;
        try
        {
            for (var repeats = 0; ; repeats++)
            {
                var trouble = await TryFetchAsync(first * ChunkSize, bytes.AsMemory(0, wanted));
                if (trouble is null)
                {
                    kept = true;
                    return (bytes, (int)Math.Min(wanted, source.Length!.Value - (first * ChunkSize)));
                }

                if (repeats >= options.Retries)
                    throw new ImageException(ImageErrorKind.Unavailable, source.Name, $"{trouble.Message} ({repeats + 1} times)", trouble);
                var delay = trouble.RetryAfter ?? FirstDelay * Math.Pow(2, repeats);
                await Task.Delay(delay < LongestDelay ? delay : LongestDelay, clock, cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            if (!kept)
                ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private async Task<PassingTrouble?> TryFetchAsync(long offset, Memory<byte> target)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(options.TimeoutSeconds), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            var got = await source.FetchAsync(offset, target, either.Token).ConfigureAwait(false);
            return got == Math.Min(target.Length, source.Length!.Value - offset) ? null : new PassingTrouble("the answer ended too soon");
        }
        catch (PassingTrouble trouble)
        {
            cancellation.ThrowIfCancellationRequested();
            return trouble;
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            return new PassingTrouble($"no answer within {options.TimeoutSeconds} s", null, late);
        }
    }
}
