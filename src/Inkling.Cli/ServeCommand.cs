using System.CommandLine;
using System.Diagnostics;
using System.Net;
using Inkling.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Inkling.Cli;

/// <summary><c>inkling serve</c>: the page and the API.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        Option<int> port = Options.Number("--port", "The port to listen on; 0 for any that is free", WebSettings.DefaultPort, 0, IPEndPoint.MaxPort);
        Option<string> address = new("--address") { Description = "The address to listen on; 0.0.0.0 lets other machines in", HelpName = "ADDRESS", DefaultValueFactory = _ => new WebSettings().Address };
        Option<bool> open = new("--open") { Description = "Open the page in the browser" };
        Option<string?> data = Options.Data();
        Command command = new("serve", "Serves the page and the HTTP API") { port, address, open, data };
        command.Validators.Add(result =>
        {
            if (result.GetValue(address) is { } given && given != "localhost" && !IPAddress.TryParse(given, out _))
                result.AddError($"--address takes an IP address or localhost, not \"{given}\"");
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new WebSettings { Port = parsed.GetValue(port), Address = parsed.GetValue(address)!, DataDirectory = parsed.GetValue(data) },
            parsed.GetValue(open),
            new Terminal(json: false),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(WebSettings settings, bool opens, Terminal terminal, CancellationToken cancellationToken)
    {
        await using WebApplication server = WebServer.Create(settings);
        await server.StartAsync(cancellationToken);
        string url = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        terminal.Line($"Inkling is at {url} (Ctrl-C ends it)");
        if (opens)
            Open(url, terminal);
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how a server is ended
        }

        await server.StopAsync(CancellationToken.None);
        return CommandLine.Done;
    }

    private static void Open(string url, Terminal terminal)
    {
        try
        {
            using Process? browser = Process.Start(new ProcessStartInfo(url) { UseShellExecute = true });
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            terminal.Message($"No browser could be opened ({e.Message}): go to {url} yourself.");
        }
    }
}
