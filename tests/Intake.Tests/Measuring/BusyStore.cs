using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Swath.Intake.Tests.Measuring;

/// <summary>A web server that is busy (503) at first, and then has one small image: a TIFF of 4 x 4 bytes.</summary>
internal sealed class BusyStore : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _busyAnswers;
    private int _requests;

    public BusyStore(int busyAnswers)
    {
        _busyAnswers = busyAnswers;
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/image.tif";

    public int Requests => Volatile.Read(ref _requests);

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                using var reader = new StreamReader(client.GetStream());
                while (!string.IsNullOrEmpty(await reader.ReadLineAsync()))
                {
                }

                var image = Interlocked.Increment(ref _requests) <= _busyAnswers ? [] : Image();
                var head = image.Length == 0 ? "503 Busy" : "200 OK";
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: {image.Length}\r\nConnection: close\r\n\r\n"));
                await client.GetStream().WriteAsync(image);
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException or IOException)
        {
            // The test ended.
        }
    }

    // Width, height, bits, compression, photometric, offset (122), samples, rows, bytes: TIFF 6.0, little-endian.
    private static byte[] Image()
    {
        (ushort Tag, ushort Value)[] tags = [(256, 4), (257, 4), (258, 8), (259, 1), (262, 1), (273, 122), (277, 1), (278, 4), (279, 16)];
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("II*\0"u8);
        writer.Write(8);
        writer.Write((ushort)tags.Length);
        foreach (var (tag, value) in tags)
        {
            writer.Write(tag);
            writer.Write((ushort)3);
            writer.Write(1);
            writer.Write((int)value);
        }

        writer.Write(0);
        writer.Write(new byte[16]);
        return file.ToArray();
    }
}
