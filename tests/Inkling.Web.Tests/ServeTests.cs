using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Inkling.Web.Tests;

/// <summary><c>inkling serve</c> when it cannot start, or when it must warn its user.</summary>
public sealed class ServeTests : IDisposable
{
    private const int Patience = 120_000;

    private readonly string _home = Directory.CreateTempSubdirectory("inkling serve ").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact(Timeout = Patience)]
    public async Task A_port_in_use_is_said_in_one_line()
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        string line = await FailAsync(1, "--port", $"{port}");
        Assert.Contains($"{port}: the port is in use", line, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task An_address_of_another_machine_is_said_in_one_line() =>
        Assert.Contains(
            "no such address", await FailAsync(1, "--port", "0", "--address", "203.0.113.7"), StringComparison.Ordinal);

    [Theory(Timeout = Patience)]
    [InlineData("--address", "everywhere")]
    [InlineData("--port", "65536")]
    [InlineData("--host", "http://numbers.example.org")]
    [InlineData("--path-prefix", "inkling")]
    [InlineData("--path-prefix", "/a b")]
    [InlineData("--allow-origin", "app.example.org")]
    [InlineData("--allow-origin", "https://app.example.org/page")]
    [InlineData("--architecture", "784 dense:10 softmax")]
    [InlineData("--mean", "0.1307", "--deviation", "0.3081")]
    [InlineData("--invert", "true")]
    public async Task A_wrong_option_is_wrong_usage_in_one_line(string option, params string[] values) =>
        Assert.Contains(option, await FailAsync(2, [option, .. values]), StringComparison.Ordinal);

    [Fact(Timeout = Patience)]
    public async Task A_network_that_is_offered_hides_none_that_was_saved_under_its_name()
    {
        string saved = Path.Combine(_home, "inkling", "networks", "mine.safetensors");
        string other = Path.Combine(_home, "mine.safetensors");
        Directory.CreateDirectory(Path.GetDirectoryName(saved)!);
        new Network([784, 30, 10]).Save(saved);
        new Network([784, 16, 10]).Save(other);
        using Process process = Server.Run(_home, ["--port", "0", "--model", other]);
        try
        {
            string line = (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!;
            using HttpClient client = new();
            Uri models = new(new Uri(line.Split(' ')[3]), "/api/models");
            string list = await client.GetStringAsync(models, TestContext.Current.CancellationToken);
            Assert.Contains("\"name\":\"mine\"", list, StringComparison.Ordinal);
            Assert.Contains("\"name\":\"mine-2\"", list, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
        }

        Assert.Contains("offered as mine-2", await process.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        await process.WaitForExitAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_home_that_cannot_be_written_to_is_said_in_one_line()
    {
        string file = Path.Combine(_home, "file");
        await File.WriteAllTextAsync(file, "");
        Assert.Contains("XDG_DATA_HOME", await FailAsync(1, file, ["--port", "0"]), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_second_server_on_the_same_folder_is_told_so_in_one_line()
    {
        await using Server first = await Server.StartAsync(_home);
        Assert.Contains(
            "another \"inkling serve\" uses this folder", await FailAsync(1, "--port", "0"), StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Data_that_are_not_there_are_said_in_one_line() =>
        Assert.Contains(
            "there is no such folder",
            await FailAsync(1, "--port", "0", "--data", Path.Combine(_home, "missing")),
            StringComparison.Ordinal);

    [Theory(Timeout = Patience)]
    [InlineData("0.0.0.0", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("LOCALHOST", false)]
    public async Task Letting_other_machines_in_is_pointed_out_in_one_line(string address, bool isPointedOut)
    {
        using Process process = Server.Run(_home, ["--port", "0", "--address", address]);
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync();
            Assert.StartsWith("Inkling is at http://127.0.0.1:", line, StringComparison.Ordinal);
        }
        finally
        {
            process.Kill();
        }

        string[] lines = (await process.StandardError.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (isPointedOut)
            Assert.Contains("no login", Assert.Single(lines), StringComparison.Ordinal);
        else
            Assert.Empty(lines);
        await process.WaitForExitAsync();
    }

    private Task<string> FailAsync(int expected, params string[] arguments) => FailAsync(expected, _home, arguments);

    /// <returns>The one line on standard error.</returns>
    private static async Task<string> FailAsync(int expected, string home, string[] arguments)
    {
        using Process process = Server.Run(home, arguments);
        try
        {
            CancellationToken patience = TestContext.Current.CancellationToken;
            Task<string> output = process.StandardOutput.ReadToEndAsync(patience);
            string error = await process.StandardError.ReadToEndAsync(patience);
            await process.WaitForExitAsync(patience);
            Assert.Equal(expected, process.ExitCode);
            Assert.Equal("", await output);
            return Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
