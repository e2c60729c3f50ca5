using System.Diagnostics;

namespace Inkling.Docs.Tests;

/// <summary>The command <c>inkling</c>, in a process of its own.</summary>
internal static class InklingCommand
{
    /// <summary>Runs it in the repository's root.</summary>
    /// <param name="arguments">Its arguments, divided by spaces.</param>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="InvalidDataException">Its exit code was not 0.</exception>
    public static string OutputOf(string arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Inkling.Cli.dll");
        using Process process = Process.Start(
            new ProcessStartInfo("dotnet", ["exec", program, .. arguments.Split(' ')])
            {
                RedirectStandardOutput = true,
                WorkingDirectory = Page.Root
            })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidDataException($"\"inkling {arguments}\" ended with exit code {process.ExitCode}.");
    }
}
