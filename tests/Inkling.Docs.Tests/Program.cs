using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Inkling.Docs.Tests;

/// <summary>
/// Runs the tests, as xunit's generated entry point does; or, started by eng/docs.cs as
/// <c>Inkling.Docs.Tests pages [--check]</c>, writes the generated parts of the pages.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is ["pages", ..])
            return await PagesCommand.RunAsync(isCheck: args.Contains("--check", StringComparer.Ordinal));
        if (args.Any(arg => arg is "--server" or "--internal-msbuild-node"))
            return await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
        return await ConsoleRunner.Run(args);
    }
}
