using System.Net;
using Swath.Access.Network;

namespace Swath.Access.Tests;

/// <summary>By rule alone: nothing here is connected to.</summary>
public sealed class HostListTests
{
    [Theory]
    [InlineData("models.example.com", "https://models.example.com/invocations", HostVerdict.PublicAddresses)]
    [InlineData("MODELS.example.com", "https://models.EXAMPLE.com/invocations", HostVerdict.PublicAddresses)]
    [InlineData("models.example.com", "https://models.example.com:8443/", HostVerdict.Refused)]
    [InlineData("models.example.com:8443", "https://models.example.com:8443/", HostVerdict.PublicAddresses)]
    [InlineData("models.example.com:*", "http://models.example.com:1234/", HostVerdict.PublicAddresses)]
    [InlineData("models.example.com", "https://evil-models.example.com/", HostVerdict.Refused)]
    [InlineData("models.example.com", "https://models.example.com@evil.example/", HostVerdict.Refused)]
    [InlineData("*.example.com", "https://a.b.example.com/", HostVerdict.PublicAddresses)]
    [InlineData("*.example.com", "https://example.com/", HostVerdict.Refused)]
    [InlineData("*.example.com", "https://badexample.com/", HostVerdict.Refused)]
    [InlineData("*", "http://anything:81/", HostVerdict.PublicAddresses)]
    [InlineData("", "http://anything/", HostVerdict.Refused)]
    [InlineData("127.0.0.1:8080", "http://127.0.0.1:8080/", HostVerdict.AnyAddress)]
    [InlineData("127.0.0.1:8080", "http://2130706433:8080/", HostVerdict.AnyAddress)]
    [InlineData("127.0.0.1:8080", "http://127.0.0.1:5432/", HostVerdict.Refused)]
    [InlineData("localhost:8080", "http://localhost:8080/", HostVerdict.AnyAddress)]
    [InlineData("[::1]:8080", "http://[::1]:8080/", HostVerdict.AnyAddress)]
    [InlineData("10.0.0.5", "http://10.0.0.5/", HostVerdict.AnyAddress)]
    public void Judge_EntryAndAddress_IsByNameAndPort(string entry, string address, HostVerdict expected) =>
        Assert.Equal(expected, new HostList(entry.Length == 0 ? [] : [entry], internalAddresses: false, namedAddresses: true).Judge(new Uri(address)));

    [Fact]
    public void Judge_InternalAddressesArePermitted_AnyAddressIs() =>
        Assert.Equal(HostVerdict.AnyAddress, new HostList(["gpu-box:8080"], internalAddresses: true, namedAddresses: true).Judge(new Uri("http://gpu-box:8080/")));

    [Theory]
    [InlineData("127.0.0.1", false, false)]
    [InlineData("127.0.0.1", true, true)]
    [InlineData("10.1.2.3", false, false)]
    [InlineData("169.254.1.1", false, false)]
    [InlineData("fe80::1", false, false)]
    [InlineData("::ffff:127.0.0.1", false, false)]
    [InlineData("169.254.169.254", true, false)]
    [InlineData("fd00:ec2::254", true, false)]
    [InlineData("192.0.2.1", false, true)]
    public void IsOpen_Address_IsPublicOrPermittedAndNeverMetadata(string address, bool internalAddresses, bool expected) =>
        Assert.Equal(expected, CheckedConnections.IsOpen(IPAddress.Parse(address), internalAddresses));

    [Fact]
    public async Task ConnectAsync_NameThatLeadsToLoopback_IsRefusedWhenTheConnectionIsMade()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = (context, stop) => CheckedConnections.ConnectAsync(context, internalAddresses: false, "THE_SETTING", proxy: null, stop),
        };
        using var client = new HttpClient(handler);

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync($"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/"));

        Assert.Contains("THE_SETTING", Assert.IsType<ForbiddenAddressException>(failure.InnerException).Message, StringComparison.Ordinal);
        Assert.False(listener.Pending());
    }
}
