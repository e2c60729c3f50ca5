using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Inkling.Web.Tests;

/// <summary>The server in the tests' own process, with the limits that a test sets.</summary>
internal sealed class HostedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _home;

    private HostedServer(WebApplication app, string home)
    {
        (_app, _home) = (app, home);
        IServerAddressesFeature addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        Uri listening = new(addresses.Addresses.First());
        Address = new Uri($"http://127.0.0.1:{listening.Port}");
        Client = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<HostedServer> StartAsync(Func<WebSettings, WebSettings>? change = null)
    {
        string home = Directory.CreateTempSubdirectory("inkling hosted ").FullName;
        WebSettings settings = new() { Port = 0, Folder = home };
        WebApplication app = WebServer.Create(change?.Invoke(settings) ?? settings);
        await app.StartAsync();
        return new HostedServer(app, home);
    }

    /// <summary>Polls until the condition holds: the server frees its places asynchronously.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}

/// <summary>A raw TCP connection, for slow and for malformed requests.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public static async Task<RawConnection> OpenAsync(Uri server, string from = "127.0.0.1")
    {
        RawConnection connection = new();
        connection._socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await connection._socket.ConnectAsync(IPAddress.Loopback, server.Port);
        return connection;
    }

    public async Task SendAsync(string text) => await _socket.SendAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Receives up to the end of a response's head (or another end), or until the connection is closed.</summary>
    public async Task<string> ReceiveHeadAsync(string end = "\r\n\r\n")
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        try
        {
            while (!head.ToString().EndsWith(end, StringComparison.Ordinal)
                && await _socket.ReceiveAsync(one, TestContext.Current.CancellationToken) == 1)
                head.Append((char)one[0]);
        }
        catch (SocketException)
        {
            // The connection was reset.
        }

        return head.ToString();
    }

    /// <summary>Begins an upload and waits until the server begins to read it.</summary>
    public static async Task<RawConnection> BeginUploadAsync(Uri server, int length)
    {
        RawConnection connection = await OpenAsync(server);
        await connection.SendAsync(
            $"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100", await connection.ReceiveHeadAsync(), StringComparison.Ordinal);
        return connection;
    }

    public void Dispose() => _socket.Dispose();
}
