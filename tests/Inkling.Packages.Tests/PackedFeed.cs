using System.Diagnostics;
using System.Globalization;

namespace Inkling.Packages.Tests;

/// <summary>All packages, packed once into a folder that serves as a package source; its name contains spaces.</summary>
public sealed class PackedFeed : IAsyncLifetime
{
    public static readonly string[] Ids =
        ["Inkling", "Inkling.Cli", "Inkling.Gpu", "Inkling.Imaging", "Inkling.Mpi", "Inkling.Onnx", "Inkling.Plots"];

    /// <summary>A unique version, which no package cache holds.</summary>
    public string Version { get; } = string.Create(CultureInfo.InvariantCulture, $"0.1.0-test.{DateTime.UtcNow.Ticks}");

    /// <summary>The tests' temporary folder.</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("inkling packages ").FullName;

    /// <summary>The folder with the packages.</summary>
    public string Feed => Path.Combine(Home, "my feed");

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = Inkling.Tests.Repository.Folder;

    public async ValueTask InitializeAsync()
    {
        foreach (string id in Ids)
            await PackAsync(id, Feed);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Home, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Packs the output of the build that built these tests.</summary>
    public Task PackAsync(string id, string folder)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name; // bin/Release/net10.0/
        return DotnetAsync(
            Root, "pack", "--no-build", "-c", configuration, $"-p:PackageVersion={Version}",
            "-o", folder, Path.Combine("src", id));
    }

    /// <summary>The path of a package's file.</summary>
    public string PathOf(string id, string ending = "nupkg") => Path.Combine(Feed, $"{id}.{Version}.{ending}");

    public static Task<string> DotnetAsync(string folder, params string[] arguments) => RunAsync(folder, "dotnet", arguments);

    /// <summary>Runs a program, requires that it succeeds, and returns its standard output.</summary>
    public static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach (string inherited in new[] { "MSBUILD_EXE_PATH", "MSBuildSDKsPath", "MSBuildExtensionsPath" })
            start.Environment.Remove(inherited);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{await output}{await error}");
        return await output;
    }
}
