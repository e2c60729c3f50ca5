using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>The server behind another machine's proxy, and its API used by another site's pages.</summary>
[Collection(SharedServerTests.Name)]
public sealed class ProxyTests(Browser browser)
{
    private const string Prefix = "/inkling", Site = "https://app.example.org";

    [Fact]
    public async Task Below_a_path_every_page_works_and_stays_below_it()
    {
        await using HostedServer server = await HostedServer.StartAsync(settings => settings with { PathPrefix = Prefix });
        await using WatchedPage page = await browser.OpenAsync(server.Address, Prefix);
        await page.DrawAsync(Strokes.Seven(300));
        await Assertions.Expect(page.Page.Locator("#reading")).ToHaveTextAsync("7");
        foreach ((string link, string path) in new[]
            { ("Inside", "/inside"), ("Train", "/learn"), ("Understand", "/understand"), ("API", "/api"), ("中文", "/zh/api") })
        {
            await page.Page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).ClickAsync();
            await ExpectPathAsync(page, path);
        }

        await page.Page.GetByRole(AriaRole.Link, new() { Name = "识别", Exact = true }).ClickAsync();
        await ExpectPathAsync(page, "/zh");
        await Assertions.Expect(page.Page.Locator("#reading")).ToHaveTextAsync("7");
    }

    [Theory]
    [InlineData("/inkling/api/models")] // the proxy passes the prefix on
    [InlineData("/api/models")] // the proxy takes it off
    public async Task The_api_answers_with_and_without_the_prefix(string path)
    {
        await using HostedServer server = await HostedServer.StartAsync(settings => settings with { PathPrefix = Prefix });
        Assert.Contains(
            "best", await server.Client.GetStringAsync(new Uri(path, UriKind.Relative)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.OK)]
    [InlineData(false, HttpStatusCode.Forbidden)]
    public async Task A_proxy_may_say_what_its_visitors_asked_for(bool isBehind, HttpStatusCode expected)
    {
        await using HostedServer server = await HostedServer.StartAsync(
            settings => settings with { BehindProxy = isBehind, Hosts = ["numbers.example.org"] });
        using HttpRequestMessage ask = Ask("https://numbers.example.org");
        ask.Headers.Add("X-Forwarded-Host", "numbers.example.org");
        ask.Headers.Add("X-Forwarded-Proto", "https");
        Assert.Equal(expected, (await server.Client.SendAsync(ask)).StatusCode);
    }

    [Fact]
    public async Task What_a_visitor_claims_and_a_proxy_passes_on_changes_neither_host_nor_links()
    {
        await using HostedServer server = await HostedServer.StartAsync(
            settings => settings with { BehindProxy = true, Hosts = ["numbers.example.org"] });
        using HttpRequestMessage page = new(HttpMethod.Get, "/api");
        page.Headers.Add("X-Forwarded-Host", "elsewhere.example.org");
        page.Headers.Add("X-Forwarded-Prefix", "//elsewhere.example.org");
        HttpResponseMessage answer = await server.Client.SendAsync(page);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        string html = await answer.Content.ReadAsStringAsync();
        Assert.Contains("<base href=\"/\" />", html, StringComparison.Ordinal);
        Assert.DoesNotContain("elsewhere.example.org", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "/")]
    [InlineData(Prefix, Prefix)]
    public async Task The_description_of_the_api_says_below_which_path_it_is(string prefix, string expected)
    {
        await using HostedServer server = await HostedServer.StartAsync(settings => settings with { PathPrefix = prefix });
        using JsonDocument description = JsonDocument.Parse(
            await server.Client.GetStringAsync(new Uri($"{prefix}/api/openapi.json", UriKind.Relative)));
        JsonElement only = Assert.Single(description.RootElement.GetProperty("servers").EnumerateArray());
        Assert.Equal(expected, only.GetProperty("url").GetString());
    }

    [Theory]
    [InlineData("inkling")]
    [InlineData("//elsewhere.example.org")]
    [InlineData("/a b")]
    [InlineData("/inkling?x")]
    public void A_path_prefix_that_is_no_path_is_refused_where_it_is_set(string prefix) =>
        Assert.Contains(
            prefix,
            Assert.Throws<ArgumentException>(() => new WebSettings { PathPrefix = prefix }).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_slash_at_the_end_of_a_path_prefix_makes_no_difference() =>
        Assert.Equal(Prefix, new WebSettings { PathPrefix = $"{Prefix}/" }.PathPrefix);

    [Fact]
    public async Task A_site_that_is_allowed_may_use_the_api_but_not_the_page_and_no_other_site_may()
    {
        await using HostedServer server = await HostedServer.StartAsync(settings => settings with { AllowedOrigins = [Site] });
        using HttpRequestMessage preflight = new(HttpMethod.Options, "/api/read");
        preflight.Headers.Add("Origin", Site);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type");
        using HttpResponseMessage mayAsk = await server.Client.SendAsync(preflight);
        Assert.Equal([Site], mayAsk.Headers.GetValues("Access-Control-Allow-Origin"));
        string methods = string.Join(',', mayAsk.Headers.GetValues("Access-Control-Allow-Methods"));
        Assert.Contains("POST", methods, StringComparison.Ordinal);
        using HttpResponseMessage answer = await server.Client.SendAsync(Ask(Site));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([Site], answer.Headers.GetValues("Access-Control-Allow-Origin"));

        using HttpResponseMessage other = await server.Client.SendAsync(Ask("https://elsewhere.example.org"));
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
        using HttpRequestMessage socket = new(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        socket.Headers.Add("Origin", Site);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Client.SendAsync(socket)).StatusCode);
    }

    /// <summary>Waits until the page's address has a path below the prefix, and the page there is interactive.</summary>
    private static async Task ExpectPathAsync(WatchedPage page, string path)
    {
        await Assertions.Expect(page.Page).ToHaveURLAsync(
            new Regex($@"^http://[^/]+{Prefix}{path}(?:[?#]|$)", RegexOptions.None, TimeSpan.FromSeconds(10)));
        await Assertions.Expect(page.Page.Locator($"nav a.here[href$='{path[1..]}']")).ToHaveCountAsync(1); // the page follows
        await page.WaitUntilInteractiveAsync();
    }

    private static HttpRequestMessage Ask(string origin)
    {
        HttpRequestMessage ask = new(HttpMethod.Post, "/api/read")
        {
            Content = new ByteArrayContent(Strokes.Png(Strokes.Number)),
        };
        ask.Headers.Add("Origin", origin);
        return ask;
    }
}
