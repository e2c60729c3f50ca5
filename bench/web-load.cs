#:package System.IO.Hashing
#:property PublishAot=false
// Loads POST /api/read with well-behaved clients alone, then beside hostile ones, then alone again, and reports the well-behaved
// clients' latency and the server's memory.
// Hostile clients send broken requests, uploads of 17 MB, slow uploads, costly pictures, decompression bombs, broken WebSockets.
// usage, in the repository's folder, after dotnet build -c Release:
//   dotnet run -c Release bench/web-load.cs -- [SECONDS] [CONNECTIONS] [FOLDER OF COSTLY PICTURES]
//   Unless given: 30, 64, ../shared/cases/hostile
// One connection in ten is hostile. On this machine only. A good request's latency ends with its reading and includes refusals
// and retries before it. Exits with 1 where fewer than 99 % of the good requests got a reading at the first attempt.
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

const double LeastSuccess = 0.99;
int seconds = args.ElementAtOrDefault(0) is { } first ? int.Parse(first, CultureInfo.InvariantCulture) : 30;
int connections = args.ElementAtOrDefault(1) is { } second ? int.Parse(second, CultureInfo.InvariantCulture) : 64;
string folder = args.ElementAtOrDefault(2) ?? "../shared/cases/hostile";
byte[] number = Number();
byte[][] costly = Directory.Exists(folder)
    ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)]
    : [];
byte[][] bombs = [Blank(7000, isWhole: true), Blank(20_000, isWhole: false)];
int hostile = connections / 10, good = connections - hostile;
if (costly.Length == 0)
    Console.WriteLine($"{folder} has no pictures: bombs are sent in their place.");

string home = Directory.CreateTempSubdirectory("inkling load ").FullName;
ProcessStartInfo start = new(
    "dotnet", ["exec", "src/Inkling.Cli/bin/Release/net10.0/Inkling.Cli.dll", "serve", "--port", "0"])
{
    RedirectStandardOutput = true
};
start.Environment["XDG_DATA_HOME"] = home;
long begun = Stopwatch.GetTimestamp();
using Process server = Process.Start(start)!;
try
{
    Uri address = new((await server.StandardOutput.ReadLineAsync())!
        .Split(' ')
        .First(word => word.StartsWith("http", StringComparison.Ordinal)));
    using HttpClient client = new() { BaseAddress = address };
    await client.GetAsync("/");
    Console.WriteLine($"start to first page: {Stopwatch.GetElapsedTime(begun).TotalMilliseconds:0} ms");
    while (!(await client.GetAsync("/health/ready")).IsSuccessStatusCode)
        await Task.Delay(50);
    await PhaseAsync("warming up, not counted", address, 0, Math.Min(5, seconds));
    (double clean, double cleanRate) = await PhaseAsync("good ones alone", address, 0, seconds);
    (double beside, double rate) = await PhaseAsync($"beside {hostile} hostile", address, hostile, seconds);
    (_, double rateAfter) = await PhaseAsync("alone again", address, 0, seconds);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"p99 beside hostile ones: {beside / clean:0.00} times that alone, "
        + $"with {rate:0.00%} of the good requests answered at once (alone {cleanRate:0.00%}, after {rateAfter:0.00%}); "
        + $"the process is {(server.HasExited ? "DEAD" : "alive")}"));
    return !server.HasExited && new[] { cleanRate, rate, rateAfter }.All(share => share >= LeastSuccess) ? 0 : 1;
}
finally
{
    if (!server.HasExited)
        server.Kill();
    await server.WaitForExitAsync();
    Directory.Delete(home, recursive: true);
}

async Task<(double P99, double SuccessRate)> PhaseAsync(string name, Uri address, int hostiles, int length)
{
    using CancellationTokenSource end = new(TimeSpan.FromSeconds(length));
    ConcurrentBag<double> times = [];
    ConcurrentDictionary<string, int> answers = new(StringComparer.Ordinal), hostileAnswers = new(StringComparer.Ordinal);
    Task<string> memory = MemoryAsync(end.Token);
    await Task.WhenAll([
        .. Enumerable.Range(0, good).Select(_ => Task.Run(() => GoodAsync(address, times, answers, end.Token))),
        .. Enumerable.Range(0, hostiles).Select(i => Task.Run(() => HostileAsync(i, address, hostileAnswers, end.Token)))]);
    double[] sorted = [.. times.Order()];
    double At(double share) =>
        sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    int asked = answers.Values.Sum();
    double success = asked == 0
        ? 0
        : (double)answers.Where(answer => answer.Key.StartsWith('2')).Sum(answer => answer.Value) / asked;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {sorted.Length / (double)length:0.0} readings/s, p50 {At(0.5):0} ms, p99 {At(0.99):0} ms, "
        + $"most {At(1):0} ms, {success:0.00%} answered at once"));
    Console.WriteLine($"  answers: {Told(answers)}{(hostiles > 0 ? $"; to hostile ones: {Told(hostileAnswers)}" : "")}");
    Console.WriteLine($"  resident MB, each second: {await memory}");
    return (At(0.99), success);
}

static string Told(ConcurrentDictionary<string, int> answers) => string.Join(", ", answers
    .OrderBy(answer => answer.Key, StringComparer.Ordinal)
    .Select(answer => $"{answer.Key} {answer.Value} times"));

async Task GoodAsync(Uri address, ConcurrentBag<double> times, ConcurrentDictionary<string, int> answers, CancellationToken end)
{
    using HttpClient client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = address };
    long begin = Stopwatch.GetTimestamp();
    bool isRefused = false;
    while (!end.IsCancellationRequested)
    {
        string answer;
        TimeSpan pause = TimeSpan.Zero;
        try
        {
            using HttpResponseMessage response = await client.PostAsync("/api/read", new ByteArrayContent(number), end);
            await response.Content.ReadAsByteArrayAsync(end);
            answer = $"{(int)response.StatusCode}";
            if (response.IsSuccessStatusCode)
            {
                times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                begin = Stopwatch.GetTimestamp();
            }
            else
            {
                pause = response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero; // good clients honour Retry-After
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            break;
        }
        catch (OperationCanceledException)
        {
            answer = "no answer in time";
        }
        catch (HttpRequestException e)
        {
            answer = e.HttpRequestError.ToString();
        }

        isRefused = !answer.StartsWith('2');
        answers.AddOrUpdate(answer, 1, (_, count) => count + 1);
        try
        {
            await Task.Delay(pause, end);
        }
        catch (OperationCanceledException)
        {
            break;
        }
    }

    if (isRefused)
        times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds); // no reading when time was up: a lower bound
}

async Task HostileAsync(int kind, Uri address, ConcurrentDictionary<string, int> answers, CancellationToken end)
{
    byte[][] pictures = costly.Length > 0 ? costly : bombs;
    for (int turn = 0; !end.IsCancellationRequested; turn++)
    {
        string answer;
        try
        {
            answer = (kind % 6) switch
            {
                0 => $"broken: {await RawAsync(address, turn, end)}",
                1 => $"17 MB: {await LongAsync(address, end)}",
                2 => $"slow: {await SlowAsync(address, end)}",
                3 => $"costly: {await PostAsync(
                    address,
                    $"/api/read?digits={(turn % 2 == 0 ? 100 : 14)}",
                    pictures[turn / 2 % pictures.Length],
                    end)}",
                4 => $"bomb: {await PostAsync(address, "/api/read", bombs[turn % bombs.Length], end)}",
                _ => $"socket: {await SocketAsync(address, end)}",
            };
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e) when (
            e is IOException or SocketException or HttpRequestException or WebSocketException or OperationCanceledException)
        {
            answer = $"{(kind % 6) switch
            {
                0 => "broken",
                1 => "17 MB",
                2 => "slow",
                3 => "costly",
                4 => "bomb",
                _ => "socket"
            }}: closed";
        }

        answers.AddOrUpdate(answer, 1, (_, count) => count + 1);
    }
}

static async Task<string> PostAsync(Uri address, string path, byte[] body, CancellationToken end)
{
    using HttpClient client = new() { BaseAddress = address };
    using HttpResponseMessage response = await client.PostAsync(path, new ByteArrayContent(body), end);
    return $"{(int)response.StatusCode}";
}

static async Task<string> RawAsync(Uri address, int turn, CancellationToken end)
{
    string[] broken =
    [
        "GET / HTTP/9.9\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "POST /api/read HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\nabcde",
        "GET / HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n",
        "POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        $"GET /{new string('a', 20_000)} HTTP/1.1\r\n\r\n",
    ];
    return await ExchangeAsync(address, Encoding.Latin1.GetBytes(broken[turn % broken.Length]), end);
}

static async Task<string> LongAsync(Uri address, CancellationToken end) => await ExchangeAsync(
    address,
    [.. "POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n1036640\r\n"u8, .. new byte[17_000_000]],
    end);

// Announces 10 MB and sends 100 bytes each 100 ms until the server answers or closes the connection.
static async Task<string> SlowAsync(Uri address, CancellationToken end)
{
    using TcpClient connection = new();
    await connection.ConnectAsync(address.Host, address.Port, end);
    NetworkStream stream = connection.GetStream();
    await stream.WriteAsync("POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000000\r\n\r\n"u8.ToArray(), end);
    Task<string> answer = StatusAsync(stream, end);
    while (!answer.IsCompleted)
    {
        await stream.WriteAsync(new byte[100], end);
        await Task.Delay(100, end);
    }

    return await answer;
}

static async Task<string> SocketAsync(Uri address, CancellationToken end)
{
    using ClientWebSocket socket = new();
    socket.Options.SetRequestHeader("Origin", address.GetLeftPart(UriPartial.Authority));
    await socket.ConnectAsync(new Uri($"ws://{address.Authority}/_blazor"), end);
    await socket.SendAsync(new byte[100_000], WebSocketMessageType.Binary, true, end);
    return (await socket.ReceiveAsync(new byte[1000], end)).MessageType.ToString();
}

static async Task<string> ExchangeAsync(Uri address, byte[] request, CancellationToken end)
{
    using TcpClient connection = new();
    await connection.ConnectAsync(address.Host, address.Port, end);
    NetworkStream stream = connection.GetStream();
    Task<string> answer = StatusAsync(stream, end);
    await stream.WriteAsync(request, end);
    connection.Client.Shutdown(SocketShutdown.Send);
    return await answer;
}

static async Task<string> StatusAsync(NetworkStream stream, CancellationToken end)
{
    byte[] head = new byte[64];
    int length = await stream.ReadAtLeastAsync(head, 12, throwOnEndOfStream: false, end);
    return length >= 12 ? Encoding.Latin1.GetString(head, 9, 3) : "closed";
}

async Task<string> MemoryAsync(CancellationToken end)
{
    List<long> resident = [];
    using PeriodicTimer timer = new(TimeSpan.FromSeconds(1));
    try
    {
        while (await timer.WaitForNextTickAsync(end))
        {
            server.Refresh();
            resident.Add(server.WorkingSet64 / 1_000_000);
        }
    }
    catch (OperationCanceledException)
    {
        // the phase is over
    }

    return string.Join(' ', resident);
}

// A handwritten "1 7", as a BMP of 200 by 100 pixels in grey.
static byte[] Number()
{
    const int width = 200, height = 100, head = 54 + 1024;
    byte[] file = new byte[head + width * height];
    "BM"u8.CopyTo(file);
    (int At, int Value)[] fields =
    [
        (2, file.Length), (10, head), (14, 40), (18, width), (22, height), (26, 1 | 8 << 16), (34, width * height), (46, 256),
        (50, 256)
    ];
    foreach ((int at, int value) in fields)
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at), value);
    for (int i = 0; i < 256; i++)
        file.AsSpan(54 + 4 * i, 3).Fill((byte)i);
    file.AsSpan(head).Fill(255);
    Line(60, 20, 58, 80);
    Line(100, 20, 140, 20);
    Line(140, 20, 115, 80);
    return file;

    void Line(int x0, int y0, int x1, int y1)
    {
        for (int t = 0; t <= 100; t++)
        {
            int x = x0 + (x1 - x0) * t / 100, y = y0 + (y1 - y0) * t / 100;
            for (int dy = -3; dy <= 3; dy++)
            {
                for (int dx = -3; dx <= 3; dx++)
                {
                    if (dx * dx + dy * dy <= 10)
                        file[head + (height - 1 - y - dy) * width + x + dx] = 0; // a BMP's rows go from the bottom up
                }
            }
        }
    }
}

// A blank square PNG, a file very small for its pixels; or only its header, without the pixels.
static byte[] Blank(int side, bool isWhole)
{
    byte[] header = new byte[13];
    BinaryPrimitives.WriteInt32BigEndian(header, side);
    BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
    header[8] = 8;
    using MemoryStream pixels = new();
    if (isWhole)
    {
        using ZLibStream zlib = new(pixels, CompressionLevel.SmallestSize, leaveOpen: true);
        byte[] row = new byte[1 + side];
        for (int y = 0; y < side; y++)
            zlib.Write(row);
    }

    return [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", header), .. Chunk("IDAT", pixels.ToArray()), .. Chunk("IEND", [])];
}

static byte[] Chunk(string type, byte[] data)
{
    byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data], length = new byte[4], crc = new byte[4];
    BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
    BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32.HashToUInt32(body));
    return [.. length, .. body, .. crc];
}
