using System.Buffers;
using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Inkling.Gpu;
using Inkling.Web;
using Inkling.Web.Reading;
using Inkling.Web.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Inkling.Cli;

/// <summary><c>inkling serve</c>: serves the web page and the HTTP API.</summary>
internal static class ServeCommand
{
    /// <summary>Characters of URLs and addresses that a host name does not have.</summary>
    private static readonly SearchValues<char> NoName = SearchValues.Create("/:@ \t");

    /// <summary>Names the database where --database does not, so that a password need not stand in a command.</summary>
    private const string DatabaseVariable = "INKLING_DATABASE";

    public static Command Create()
    {
        Option<int> port = Options.Number(
            "--port", "The port to listen on; 0 for any that is free", WebSettings.DefaultPort, 0, IPEndPoint.MaxPort);
        Option<string> address = new("--address")
        {
            Description = "The address to listen on; 0.0.0.0 lets other machines in",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => new WebSettings().Address
        };
        Option<bool> open = new("--open") { Description = "Open the page in the browser" };
        Option<string?> data = Options.Data();
        Option<string[]> hosts = new("--host")
        {
            Description =
                "A name to answer to, beside this machine's own; may be given several times; *.example.org is all under it",
            HelpName = "NAME",
        };
        Option<bool> proxy = new("--behind-proxy")
        {
            Description = "A proxy on this machine passes requests on; its X-Forwarded headers say whose they are and for what"
        };
        Option<string[]> proxies = new("--proxy")
        {
            Description = "The address or network of a proxy on another machine, trusted likewise; may be given several times",
            HelpName = "ADDRESS",
        };
        Option<string?> database = new("--database")
        {
            Description =
                "A PostgreSQL that several servers share, as \"Host=db;Username=inkling\" "
                    + $"(default: {DatabaseVariable}, then the data folder)",
            HelpName = "CONNECTION",
        };
        Option<string> prefix = new("--path-prefix")
        {
            Description = "The path below which everything is served, as /inkling, for a proxy that serves other sites too",
            HelpName = "PATH",
            DefaultValueFactory = _ => "",
        };
        Option<string[]> origins = new("--allow-origin")
        {
            Description = "A site whose pages may use the API, as https://app.example.org; may be given several times; * is all",
            HelpName = "ORIGIN",
        };
        Option<string?> model = new("--model")
        {
            Description = "A network to offer beside the bundled ones, by the file's name: .onnx, .safetensors, .npz or .json",
            HelpName = "FILE"
        };
        Command command = new("serve", "Serves the page and the HTTP API")
        {
            port, address, hosts, proxy, proxies, prefix, origins, open, data, database, model
        };
        ModelOptions modelOptions = new();
        modelOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(address) is { } given && !IsLocalhost(given) && !IPAddress.TryParse(given, out _))
                result.AddError($"--address takes an IP address or localhost, not \"{given}\"");
            if (result.GetValue(hosts)?.FirstOrDefault(
                    name => name.Length == 0 || name.AsSpan().ContainsAny(NoName)) is { } wrong)
            {
                result.AddError($"--host takes a name alone, as numbers.example.org, not \"{wrong}\"");
            }

            if (result.GetValue(proxies)?.FirstOrDefault(text => WebSettings.NetworkOf(text) is null) is { } none)
                result.AddError($"--proxy takes an address or a network, as 10.0.0.0/8, not \"{none}\"");
            if (result.GetValue(database) is { } connection && PostgresDatabase.FindMistake(connection) is { } mistake)
                result.AddError($"--database: {mistake}");
            if (result.GetValue(prefix) is { } path && !WebSettings.IsPathPrefix(path))
                result.AddError($"--path-prefix takes a path, as /inkling, not \"{path}\"");
            if (result.GetValue(origins)?.FirstOrDefault(origin => !IsOrigin(origin)) is { } site)
                result.AddError($"--allow-origin takes a site alone, as https://app.example.org, or *, not \"{site}\"");
            if (result.GetValue(model) is null && modelOptions.FirstGiven(result) is { } option)
                result.AddError($"{option} is about the network that --model names: give both, or neither");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            Terminal terminal = new(json: false);
            WebSettings settings = new()
            {
                Port = parsed.GetValue(port),
                Address = parsed.GetValue(address)! is var given && IsLocalhost(given) ? "localhost" : given,
                Hosts = parsed.GetValue(hosts) ?? [],
                BehindProxy = parsed.GetValue(proxy),
                Proxies = parsed.GetValue(proxies) ?? [],
                Database = parsed.GetValue(database) ?? DatabaseOfVariable(),
                PathPrefix = parsed.GetValue(prefix)!,
                AllowedOrigins = parsed.GetValue(origins) ?? [],
                DataDirectory = parsed.GetValue(data),
                Devices = GpuDevice.All,
            };
            if (parsed.GetValue(model) is { } file)
            {
                Network network = modelOptions.Load(parsed, file, terminal);
                ModelShelf.ReaderOf(network, file);
                string name = ModelShelf.NameOf(
                    Path.GetFileNameWithoutExtension(file), new ModelShelf(settings.SharedFolder).Names());
                settings = settings with
                {
                    Networks = new Dictionary<string, Network>(StringComparer.Ordinal) { [name] = network }
                };
                terminal.Message($"{file}: offered as {name}.");
            }

            return RunAsync(settings, parsed.GetValue(open), terminal, cancellationToken);
        });
        return command;
    }

    /// <summary>Whether it is * or an origin as browsers send it: scheme, name and perhaps a port.</summary>
    private static bool IsOrigin(string text) =>
        text == "*"
        || (Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
            && uri.Scheme is "http" or "https"
            && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase));

    private static string? DatabaseOfVariable() =>
        Environment.GetEnvironmentVariable(DatabaseVariable) is not { Length: > 0 } text ? null
        : PostgresDatabase.FindMistake(text) is { } mistake ? throw new InklingException($"{DatabaseVariable}: {mistake}")
        : text;

    private static bool IsLocalhost(string address) => address.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private static async Task<int> RunAsync(
        WebSettings settings,
        bool opens,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        if (settings.DataDirectory is { } data && !Directory.Exists(data))
            throw new InklingException($"{data}: there is no such folder. --data names the folder with the data set's files.");
        await using WebApplication server = WebServer.Create(settings);
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new InklingException(WhyItCannotListen(settings, e), e);
        }

        string url = UrlOf(server, settings);
        if (settings.Address != "localhost" && !IPAddress.IsLoopback(IPAddress.Parse(settings.Address)))
        {
            terminal.Failure(
                $"--address {settings.Address} lets other machines in, and there is no login: whoever reaches it can read, "
                    + "train and save here. Put a proxy with a login before it, as docs/web.md says, or leave --address out.");
        }

        terminal.Line($"Inkling is at {url} (Ctrl-C ends it)");
        if (opens)
            Open(url, terminal);
        await server.WaitForShutdownAsync(cancellationToken);
        return CommandLine.Done;
    }

    /// <summary>The page's URL for a browser on this machine.</summary>
    private static string UrlOf(WebApplication server, WebSettings settings)
    {
        IServerAddressesFeature addresses =
            server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        UriBuilder url = new(addresses.Addresses.First());
        if (IPAddress.TryParse(settings.Address, out IPAddress? address))
        {
            url.Host = address.Equals(IPAddress.Any) ? "127.0.0.1"
                : address.Equals(IPAddress.IPv6Any) ? "[::1]"
                : url.Host;
        }

        return url.Uri.GetLeftPart(UriPartial.Authority) + settings.PathPrefix;
    }

    private static string WhyItCannotListen(WebSettings settings, Exception e)
    {
        string where = $"--address {settings.Address} --port {settings.Port}";
        SocketError? error = (e as SocketException ?? e.InnerException?.InnerException as SocketException)?.SocketErrorCode;
        return (e.InnerException is AddressInUseException ? SocketError.AddressAlreadyInUse : error) switch
        {
            SocketError.AddressAlreadyInUse => $"{where}: the port is in use, perhaps by another \"inkling serve\". "
                + "Choose another with --port, or 0 for any that is free.",
            SocketError.AddressNotAvailable => $"{where}: this machine has no such address. Choose one of its own.",
            SocketError.AccessDenied => $"{where}: the system does not let you listen there. Choose a port from 1024 on.",
            _ => $"{where}: cannot be listened on: {e.Message}",
        };
    }

    private static void Open(string url, Terminal terminal)
    {
        try
        {
            using Process? browser = Process.Start(new ProcessStartInfo(url) { UseShellExecute = true });
        }
        catch (Exception e) when (
            e is System.ComponentModel.Win32Exception or InvalidOperationException or PlatformNotSupportedException)
        {
            terminal.Message($"No browser could be opened ({e.Message}): go to {url} yourself.");
        }
    }
}
