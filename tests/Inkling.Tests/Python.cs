using System.Diagnostics;

namespace Inkling.Tests;

/// <summary>Checks our files with Python's libraries, where this machine has them.</summary>
internal static class Python
{
    /// <summary>Runs a script and returns its output; skips the test where there is no Python with these modules.</summary>
    /// <param name="modules">The modules that the script imports: <c>numpy</c>, <c>onnx</c>.</param>
    /// <param name="script">The script.</param>
    /// <param name="arguments">Its sys.argv[1:].</param>
    public static string Run(string[] modules, string script, params string[] arguments)
    {
        string? python = new[] { "python3", "/usr/bin/python3" }
            .FirstOrDefault(python => Start(python, $"import {string.Join(',', modules)}", [])?.ExitCode == 0);
        Assert.SkipUnless(
            python is not null,
            $"There is no Python with {string.Join(" and ", modules)} on this machine: this test asks it about our files.");
        (int exitCode, string output, string error) = Start(python, script, arguments)!.Value;
        Assert.True(exitCode == 0, error);
        return output;
    }

    private static (int ExitCode, string Output, string Error)? Start(string python, string script, string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, ["-c", script, .. arguments])
            {
                RedirectStandardOutput = true, RedirectStandardError = true
            })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no such program
        }
    }
}
