using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>What the page says where it has no connection to the server.</summary>
[Collection(SharedServerTests.Name)]
public sealed class ConnectionTests(SharedServer shared, Browser browser)
{
    [Fact]
    public async Task While_the_server_is_gone_the_page_says_so_and_what_is_drawn_is_read_when_it_is_back()
    {
        Server server = await Server.StartAsync();
        string home = server.Home;
        try
        {
            await using WatchedPage page = await browser.OpenAsync(server);
            page.ExpectsProblems = true; // the browser reports connections that are refused
            await page.DrawAsync(Strokes.Seven(200));
            await Assertions.Expect(page.Page.Locator("#reading")).ToHaveTextAsync("7");
            await server.DisposeKeepingHomeAsync();
            ILocator notice = page.Page.GetByText("The server does not answer");
            await Assertions.Expect(notice).ToBeVisibleAsync();
            await page.DrawAsync(Strokes.One(450));
            await page.ScreenshotAsync("read-server-gone-desktop-light", isFullPage: false);
            server = await Server.StartAsync(home, server.Address.Port);
            await Assertions.Expect(page.Page.Locator("#reading")).ToHaveTextAsync("71");
            await Assertions.Expect(notice).ToBeHiddenAsync();
        }
        finally
        {
            await server.DisposeKeepingHomeAsync();
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public async Task A_drawing_whose_answer_is_lost_is_sent_again()
    {
        await using WatchedPage page = await browser.OpenAsync(shared.Server);
        int sent = await page.Page.EvaluateAsync<int>("""
            async () => {
                const { sender } = await import('/assets/strokes.js');
                let sent = 0;
                const lost = new Promise(() => {}), patience = 20;
                await sender(() => ++sent === 1 ? lost : Promise.resolve(), 0, {}, patience).send();
                return sent;
            }
            """);
        Assert.Equal(2, sent);
    }

    [Fact]
    public async Task A_page_to_which_a_proxy_refuses_WebSockets_says_so_in_its_language()
    {
        await using WebApplication proxy = await ProxyWithoutWebSocketsAsync(shared.Server.Address);
        await using WatchedPage page = await browser.OpenAsync(
            new Uri(proxy.Urls.First()), "/zh", isPhone: true, isDark: true, isLive: false);
        page.ExpectsProblems = true;
        await Assertions.Expect(page.Page.GetByText("本页面没有连接到服务器")).ToBeVisibleAsync();
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "重新加载页面" })).ToBeVisibleAsync();
        await page.AssertFitsAsync();
        await page.ScreenshotAsync("read-no-websockets-phone-dark-zh", isFullPage: false);
        await proxy.StopAsync();
    }

    /// <summary>Passes on everything but WebSockets, as many proxies do until they are told otherwise.</summary>
    private static async Task<WebApplication> ProxyWithoutWebSocketsAsync(Uri server)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication proxy = builder.Build();
        HttpClient client = new(new HttpClientHandler { AllowAutoRedirect = false });
        proxy.Lifetime.ApplicationStopped.Register(client.Dispose);
        proxy.Run(async context =>
        {
            if (context.Request.Headers.Upgrade.Count > 0)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }

            using HttpRequestMessage request = new(
                new HttpMethod(context.Request.Method), new Uri(server, context.Request.Path + context.Request.QueryString));
            request.Headers.Host = context.Request.Host.Value;
            if (HttpMethods.IsPost(context.Request.Method))
                request.Content = new StreamContent(context.Request.Body);
            using HttpResponseMessage response = await client.SendAsync(request, context.RequestAborted);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        });
        await proxy.StartAsync();
        return proxy;
    }
}
