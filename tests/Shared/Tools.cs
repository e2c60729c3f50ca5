namespace Inkling.Tests;

/// <summary>System programs that tests run.</summary>
internal static class Tools
{
    /// <summary>Skips the test where this machine lacks the program.</summary>
    /// <param name="program">Its name: <c>mkfifo</c>.</param>
    /// <returns>Its path.</returns>
    public static string Require(string program)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), $"This test needs {program}, which Windows does not have.");
        string? found =
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"This test needs {program}, which no folder of PATH has.");
        return found!;
    }
}
