using System.Diagnostics;

namespace Inkling.Web.Tests;

/// <summary>Debian's nginx with <c>deploy/nginx.conf</c>, but for the addresses.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";

    private readonly string _folder = Directory.CreateTempSubdirectory("inkling-nginx-").FullName;
    private readonly Process _process;

    private Nginx(Server[] replicas, int port)
    {
        Address = new Uri($"http://127.0.0.1:{port}");
        string site = File.ReadAllText(Path.Combine(Inkling.Tests.Repository.Folder, "deploy", "nginx.conf"))
            .Replace("listen 80;", $"listen {Address.Authority};", StringComparison.Ordinal);
        for (int i = 0; i < replicas.Length; i++)
            site = site.Replace($"inkling-{i + 1}:5080", replicas[i].Address.Authority, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "site.conf"), site);
        string user = Environment.IsPrivilegedProcess ? "user root;" : "";
        string temporary = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }
            .Select(kind => $"{kind}_temp_path {_folder}/{kind};\n"));
        File.WriteAllText(Path.Combine(_folder, "nginx.conf"), $$"""
            {{user}}
            daemon off;
            worker_processes 1;
            pid {{_folder}}/nginx.pid;
            events { worker_connections 256; }
            http {
                log_format upstream '$upstream_addr $request_uri';
                access_log {{Log}} upstream;
                {{temporary}}
                include {{_folder}}/site.conf;
            }
            """);
        _process = Process.Start(new ProcessStartInfo(
            Program, ["-c", Path.Combine(_folder, "nginx.conf"), "-e", Path.Combine(_folder, "error.log")]))!;
    }

    public Uri Address { get; }

    private string Log => Path.Combine(_folder, "access.log");

    /// <summary>Starts it and waits until it answers.</summary>
    public static async Task<Nginx> StartAsync(params Server[] replicas)
    {
        SkipWhereMissing();
        Nginx nginx = new(replicas, Postgres.FreePort());
        using HttpClient client = new();
        while (!nginx._process.HasExited)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri(nginx.Address, "/health/live"));
                if (answer.IsSuccessStatusCode)
                    return nginx;
            }
            catch (HttpRequestException)
            {
                // not yet
            }

            await Task.Delay(50);
        }

        Assert.Fail(await File.ReadAllTextAsync(Path.Combine(nginx._folder, "error.log")));
        return nginx;
    }

    public static void SkipWhereMissing() =>
        Assert.SkipUnless(File.Exists(Program), $"There is no {Program}: apt-get install nginx-light.");

    /// <summary>The replicas that have answered requests for a path, one for each request.</summary>
    public string[] AnsweredBy(string path) =>
    [
        .. File.ReadLines(Log).Select(line => line.Split(' '))
            .Where(words => words[^1].StartsWith(path, StringComparison.Ordinal)).Select(words => words[^2]),
    ];

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (Process quit = Process.Start(Program, ["-c", Path.Combine(_folder, "nginx.conf"), "-s", "stop"]))
                await quit.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
