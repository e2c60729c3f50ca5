using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Inkling.Tests.Data;

/// <summary>A local web server that serves one file, with configurable faults.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _content;
    private int _requests;

    public FileServer(byte[] content)
    {
        _content = content;
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/file.gz");

    /// <summary>The number of requests received.</summary>
    public int Requests => _requests;

    /// <summary>The byte offset at which each request asked the file to begin.</summary>
    public List<long> Begins { get; } = [];

    public string? Status { get; init; }

    public bool IgnoresRange { get; init; }

    /// <summary>Closes the first connection after this many bytes of the body.</summary>
    public int? CutFirstAt { get; init; }

    /// <summary>Sends nothing after the headers.</summary>
    public bool Stalls { get; init; }

    /// <summary>Whether the headers include Content-Length.</summary>
    public bool TellsLength { get; init; } = true;

    public void Dispose()
    {
        _listener.Stop();
        _stopped.TrySetResult();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _ = AnswerAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using TcpClient connection = client;
        NetworkStream stream = connection.GetStream();
        using StreamReader reader = new(stream, Encoding.ASCII, leaveOpen: true);
        long? begin = null;
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            if (line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                begin =
                    long.Parse(line["Range: bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture);
        }

        int number = Interlocked.Increment(ref _requests);
        lock (Begins)
            Begins.Add(begin ?? 0);
        int from = IgnoresRange || begin is null ? 0 : (int)begin;
        string status =
            Status ?? (from > _content.Length ? "416 Range Not Satisfiable" : from > 0 ? "206 Partial Content" : "200 OK");
        byte[] body = status[0] == '2' ? _content[from..] : [];
        string range = status.StartsWith("206", StringComparison.Ordinal)
            ? $"Content-Range: bytes {from}-{_content.Length - 1}/{_content.Length}\r\n"
            : "";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\n{(TellsLength ? $"Content-Length: {body.Length}\r\n" : "")}{range}Connection: close\r\n\r\n"));
        if (Stalls)
            await _stopped.Task;
        int length = number == 1 && CutFirstAt is { } cut ? Math.Min(cut, body.Length) : body.Length;
        await stream.WriteAsync(body.AsMemory(0, length));
    }
}
