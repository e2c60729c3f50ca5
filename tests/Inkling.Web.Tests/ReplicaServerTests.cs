using System.Globalization;
using System.Net;
using Inkling.Web.Learning;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Inkling.Web.Tests;

/// <summary>The service on several machines, here as processes: two <c>inkling serve</c>, PostgreSQL, nginx, a browser.</summary>
[Collection(ReplicasAndTheirDatabase.Name)]
public sealed class ReplicaServerTests(Postgres postgres, Browser browser) : InAFolder
{
    [Fact]
    public async Task A_replica_killed_while_it_trains_loses_no_run_and_no_bit_and_its_visitors_go_on_at_the_other()
    {
        Nginx.SkipWhereMissing();
        string database = await postgres.NewDatabaseAsync();
        string[] options = ["--database", database, "--behind-proxy"];
        Server[] replicas = await Task.WhenAll(Server.StartAsync(options: options), Server.StartAsync(options: options));
        try
        {
            await using Nginx nginx = await Nginx.StartAsync(replicas);
            // Programs are sent to both replicas, a browser to the one that has its page.
            using HttpClient client = new(new HttpClientHandler { UseCookies = false }) { BaseAddress = nginx.Address };
            for (int i = 0; i < 24; i++)
            {
                using ByteArrayContent picture = new(Strokes.Png(Strokes.Number));
                using HttpResponseMessage answer = await client.PostAsync(new Uri("/api/read", UriKind.Relative), picture);
                Assert.Contains("\"407\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            Assert.Equal(2, nginx.AnsweredBy("/api/read").Distinct(StringComparer.Ordinal).Count());
            await using WatchedPage page = await browser.OpenAsync(nginx.Address, "/learn");
            page.ExpectsProblems = true; // the browser reports the connection that the kill ends
            await page.Page.Locator("form").GetByLabel("Data").SelectOptionAsync("generated");
            await page.Page.Locator("form").GetByLabel("Training examples").FillAsync("1000");
            await page.Page.Locator("form").GetByLabel("Epochs").FillAsync("12");
            await page.Page.GetByRole(AriaRole.Button, new() { Name = "Start paused" }).ClickAsync();
            await page.Page.GetByLabel("Speed").FillAsync("5"); // 50 mini-batches a second: an epoch takes two
            await page.Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
            await page.Page.WaitForFunctionAsync("() => +document.querySelector('tr[data-run]').dataset.epochs >= 1");
            await page.Page.GetByLabel("Speed").FillAsync("0"); // one a second, so that it does not end before the kill
            foreach (Server replica in replicas)
                await SeenAsync(replica, "data-run=\"1\"");

            string served = Assert.Single(nginx.AnsweredBy("/learn"));
            Assert.Equal([served], nginx.AnsweredBy("/assets/").Distinct(StringComparer.Ordinal));

            string owner = (string)(await Postgres.ExecuteAsync(database, "SELECT owner FROM runs"))!;
            Server trains = Assert.Single(
                replicas, replica => owner.Split(' ')[1] == replica.Id.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(served, trains.Address.Authority); // a run begins where its page is
            long term = (long)(await Postgres.ExecuteAsync(database, "SELECT term FROM runs"))!;
            await trains.KillAsync();
            ILocator run = page.Page.Locator("tr[data-run='1']");
            await Assertions.Expect(run).ToHaveAttributeAsync("data-state", "Done");
            await Assertions.Expect(run).ToHaveAttributeAsync("data-epochs", "12");
            Assert.Equal(term + 1, await Postgres.ExecuteAsync(database, "SELECT term FROM runs")); // taken over once

            // The same run again, undisturbed, which the replica that is left finds in the database.
            await Postgres.ExecuteAsync(database, "INSERT INTO runs (settings, state) SELECT settings, 'Running' FROM runs");
            await Assertions.Expect(page.Page.Locator("tr[data-run='2']")).ToHaveAttributeAsync("data-state", "Done");
            Assert.Equal(
                1L,
                await Postgres.ExecuteAsync(database, "SELECT count(DISTINCT content) FROM files WHERE name = 'network'"));
            Assert.Equal(2L, await Postgres.ExecuteAsync(database, "SELECT count(*) FROM files WHERE name = 'network'"));
        }
        finally
        {
            foreach (Server replica in replicas)
                await replica.DisposeAsync();
        }
    }

    [Fact]
    public async Task While_the_database_is_away_a_server_is_not_ready_and_says_why_but_reads_and_goes_on_when_it_is_back()
    {
        string database = await postgres.NewDatabaseAsync();
        await using HostedServer server = await HostedServer.StartAsync(settings => settings with { Database = database });
        server.Services.GetRequiredService<TrainingData>().Put(TrainingData.Generated, Runs.Data);
        Uri ready = new("/health/ready", UriKind.Relative);
        await HostedServer.UntilAsync(async () => (await server.Client.GetAsync(ready)).StatusCode == HttpStatusCode.OK);
        RunBook book = server.Services.GetRequiredService<RunBook>();
        Assert.Null(book.Begin(Runs.Settings with { Epochs = RunSettings.MostEpochs }, false, out Run? run));
        await Runs.UntilAsync(() => run!.Epochs.Count > 0, "an epoch");
        await postgres.StopAsync();
        try
        {
            await Runs.UntilAsync(() => book.Away is not null && run!.Message is not null, "it is noticed");
            using HttpResponseMessage answer = await server.Client.GetAsync(ready);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            string line = await answer.Content.ReadAsStringAsync();
            Assert.Contains("does not answer", line, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', line);
            Assert.Contains(
                "does not answer",
                await server.Client.GetStringAsync(new Uri("/learn", UriKind.Relative)),
                StringComparison.Ordinal);
            using ByteArrayContent picture = new(Strokes.Png(Strokes.Number));
            using HttpResponseMessage read = await server.Client.PostAsync(new Uri("/api/read", UriKind.Relative), picture);
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
            Assert.ThrowsAny<InklingException>(() => book.Begin(Runs.Settings, false, out _));
        }
        finally
        {
            await postgres.StartAsync();
        }

        int before = run!.Epochs.Count;
        await Runs.UntilAsync(() => book.Away is null && run.Epochs.Count > before + 1, "it goes on");
        await Runs.UntilAsync(() => run.Message is null, "the run does not say so any more");
        Assert.Equal(RunState.Running, run.State);
        Assert.Equal("Healthy", await server.Client.GetStringAsync(ready));
    }

    [Theory]
    [InlineData("--database", "hunter2", 2)]
    [InlineData("--database", "Host=127.0.0.1;Port=1;Username=inkling;Password=hunter2", 1)]
    [InlineData("--proxy", "nowhere", 2)]
    public async Task A_database_or_a_proxy_that_cannot_be_is_said_in_one_line(string option, string value, int expected)
    {
        using System.Diagnostics.Process process = Server.Run(Folder, ["--port", "0", option, value]);
        string said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(expected, process.ExitCode);
        Assert.DoesNotContain("hunter2", said, StringComparison.Ordinal);
        Assert.Contains(
            option == "--proxy" ? "10.0.0.0/8" : "database", said.Trim().Split('\n')[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.0/8", HttpStatusCode.OK)]
    [InlineData("10.0.0.0/8", HttpStatusCode.Forbidden)]
    public async Task A_proxy_is_trusted_where_it_is_in_a_network_that_was_named(string network, HttpStatusCode expected)
    {
        await using HostedServer server = await HostedServer.StartAsync(
            settings => settings with { Proxies = [network], Hosts = ["numbers.example.org"] });
        using HttpRequestMessage ask = new(HttpMethod.Post, "/api/read")
        {
            Content = new ByteArrayContent(Strokes.Png(Strokes.Number)),
        };
        ask.Headers.Add("Origin", "https://numbers.example.org");
        ask.Headers.Add("X-Forwarded-Host", "numbers.example.org");
        Assert.Equal(expected, (await server.Client.SendAsync(ask)).StatusCode);
    }

    private static async Task SeenAsync(Server replica, string html)
    {
        using HttpClient client = new() { BaseAddress = replica.Address };
        while (!(await client.GetStringAsync(new Uri("/learn", UriKind.Relative))).Contains(html, StringComparison.Ordinal))
            await Task.Delay(50, TestContext.Current.CancellationToken);
    }
}
