using System.Net;
using System.Net.WebSockets;
using System.Text.Json;

namespace Inkling.Web.Tests;

/// <summary>Admission: which connections and requests are accepted, and how the others are refused.</summary>
public sealed class AdmissionTests
{
    private const int Patience = 120_000;

    [Fact(Timeout = Patience)]
    public async Task An_upload_too_many_is_refused_before_its_body_is_read_and_the_next_one_is_taken()
    {
        await using HostedServer server = await HostedServer.StartAsync(settings => settings with { InProgress = 1 });
        using (RawConnection held = await RawConnection.BeginUploadAsync(server.Address, 1000))
        {
            using RawConnection second = await RawConnection.OpenAsync(server.Address);
            await second.SendAsync("POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n");
            string head = await second.ReceiveHeadAsync();
            Assert.StartsWith("HTTP/1.1 429", head, StringComparison.Ordinal);
            Assert.Contains("\r\nRetry-After: 1\r\n", head, StringComparison.Ordinal);
            Assert.Contains("\r\nContent-Type: application/problem+json", head, StringComparison.Ordinal);
            Assert.Equal("Healthy", await server.Client.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
        }

        await HostedServer.UntilAsync(
            async () => await StatusOfAsync(server, "no picture") == HttpStatusCode.UnprocessableEntity);
    }

    [Fact(Timeout = Patience)]
    public async Task One_address_cannot_take_all_places()
    {
        await using HostedServer server = await HostedServer.StartAsync(settings => settings with { InProgressPerAddress = 1 });
        using RawConnection held = await RawConnection.BeginUploadAsync(server.Address, 1000);
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusOfAsync(server, "no picture"));
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has other addresses on the loopback device.");
        using RawConnection other = await RawConnection.OpenAsync(server.Address, from: "127.0.0.2");
        await other.SendAsync("POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\nabc");
        Assert.StartsWith("HTTP/1.1 422", await other.ReceiveHeadAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Idle_connections_from_one_address_do_not_shut_out_another()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has other addresses on the loopback device.");
        await using HostedServer server = await HostedServer.StartAsync(settings => settings with { ConnectionsPerAddress = 2 });
        using RawConnection first = await RawConnection.OpenAsync(server.Address);
        using RawConnection second = await RawConnection.OpenAsync(server.Address);
        foreach (RawConnection kept in new[] { first, second }) // each is admitted and kept alive
        {
            await kept.SendAsync("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200", await kept.ReceiveHeadAsync(), StringComparison.Ordinal);
        }

        using RawConnection third = await RawConnection.OpenAsync(server.Address);
        using RawConnection other = await RawConnection.OpenAsync(server.Address, from: "127.0.0.2");
        Assert.Equal("", await third.ReceiveHeadAsync());
        await other.SendAsync("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await other.ReceiveHeadAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task An_open_page_too_many_is_told_to_come_back()
    {
        await using HostedServer server = await HostedServer.StartAsync(settings => settings with { InProgress = 1 });
        using (ClientWebSocket first = await ConnectAsync(server))
        {
            Assert.Equal(WebSocketState.Open, first.State);
            using ClientWebSocket second = await ConnectAsync(server);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, second.HttpStatusCode);
            Assert.Equal(["1"], second.HttpResponseHeaders!["Retry-After"]);
            Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync(new Uri("/learn", UriKind.Relative))).StatusCode);
        }

        await HostedServer.UntilAsync(async () =>
        {
            using ClientWebSocket next = await ConnectAsync(server);
            return next.State == WebSocketState.Open;
        });
    }

    [Fact(Timeout = Patience)]
    public async Task Pages_cannot_be_kept_open_by_polling_where_no_limit_would_count_them()
    {
        await using HostedServer server = await HostedServer.StartAsync();
        using HttpRequestMessage ask = new(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        ask.Headers.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        using HttpResponseMessage answer = await server.Client.SendAsync(ask);
        using JsonDocument negotiated = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            ["WebSockets"],
            negotiated.RootElement.GetProperty("availableTransports").EnumerateArray()
                .Select(one => one.GetProperty("transport").GetString()));
        string token = negotiated.RootElement.GetProperty("connectionToken").GetString()!;
        foreach (string path in new[] { "/_blazor", "/_blazor/", "/_BLAZOR/" })
        {
            await ApiTests.AssertProblemAsync(
                await server.Client.GetAsync(new Uri($"{path}?id={Uri.EscapeDataString(token)}", UriKind.Relative)),
                HttpStatusCode.UpgradeRequired);
        }
    }

    [Theory(Timeout = Patience)]
    [InlineData(true, HttpStatusCode.UnprocessableEntity)]
    [InlineData(false, HttpStatusCode.TooManyRequests)]
    public async Task Behind_a_proxy_each_visitor_has_his_own_limits_and_nobody_else_can_say_who_he_is(
        bool isBehind, HttpStatusCode expected)
    {
        await using HostedServer server = await HostedServer.StartAsync(
            settings => settings with
            {
                InProgressPerAddress = 1,
                ConnectionsPerAddress = isBehind ? 1 : 10,
                BehindProxy = isBehind
            });
        using RawConnection held = await RawConnection.BeginUploadAsync(server.Address, 1000);
        using HttpRequestMessage ask = new(HttpMethod.Post, "/api/read") { Content = new StringContent("no picture") };
        ask.Headers.Add("X-Forwarded-For", "203.0.113.7");
        using HttpResponseMessage answer = await server.Client.SendAsync(ask);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact(Timeout = Patience)]
    public async Task An_upload_that_does_not_arrive_in_time_is_given_up()
    {
        await using HostedServer server = await HostedServer.StartAsync(
            settings => settings with { UploadTimeLimit = TimeSpan.FromMilliseconds(1) });
        using RawConnection slow = await RawConnection.OpenAsync(server.Address);
        await slow.SendAsync("POST /api/read HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nand no more");
        string answer = await slow.ReceiveHeadAsync(end: "traceId");
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("did not arrive within", answer, StringComparison.Ordinal);
    }

    [Theory(Timeout = Patience)]
    [InlineData("LOCALHOST", 200)]
    [InlineData("Localhost:1", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]", 200)]
    [InlineData("NUMBERS.example.org", 200)]
    [InlineData("a.numbers.example.org", 421)]
    [InlineData("one.of.Many.example", 200)]
    [InlineData("elsewhere.example", 421)]
    [InlineData("localhost.elsewhere.example", 421)]
    [InlineData("10.0.0.1", 421)]
    public async Task A_server_for_one_machine_answers_to_its_names_in_any_case(string host, int expected)
    {
        await using HostedServer server = await HostedServer.StartAsync(
            settings => settings with { Hosts = ["numbers.example.org", "*.many.example"] });
        Assert.Equal(expected, await StatusForHostAsync(server, host));
    }

    [Theory(Timeout = Patience)]
    [InlineData("localhost", 200)]
    [InlineData("10.0.0.1:80", 200)]
    [InlineData("numbers.example.org", 200)]
    [InlineData("elsewhere.example", 421)]
    public async Task A_server_for_others_answers_to_addresses_and_to_the_names_it_was_given(string host, int expected)
    {
        await using HostedServer server = await HostedServer.StartAsync(
            settings => settings with { Address = "0.0.0.0", Hosts = ["numbers.example.org"] });
        Assert.Equal(expected, await StatusForHostAsync(server, host));
        Assert.Equal(200, await StatusForHostAsync(server, Dns.GetHostName()));
    }

    private static async Task<int> StatusForHostAsync(HostedServer server, string host)
    {
        using RawConnection connection = await RawConnection.OpenAsync(server.Address);
        await connection.SendAsync($"GET /health/live HTTP/1.1\r\nHost: {host}\r\n\r\n");
        return int.Parse((await connection.ReceiveHeadAsync()).Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<HttpStatusCode> StatusOfAsync(HostedServer server, string body)
    {
        using StringContent content = new(body);
        return (await server.Client.PostAsync(new Uri("/api/read", UriKind.Relative), content)).StatusCode;
    }

    /// <summary>Opens a page's WebSocket; if it is refused, returns it closed.</summary>
    private static async Task<ClientWebSocket> ConnectAsync(HostedServer server)
    {
        ClientWebSocket socket = new();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{server.Address.Authority}/_blazor"), TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            // HttpStatusCode tells why.
        }

        return socket;
    }
}
