using Inkling.Tests.Numerics;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Inkling.Tests;

/// <summary>
/// Runs the tests, as xunit's generated entry point does; or, started again by <see cref="InstructionSetTests"/> as
/// <c>Inkling.Tests kernels CASES [SEED]</c>, the comparisons that need a separate process.
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is ["kernels", ..])
            return KernelComparisonProcess.Run(args[1..]);
        if (args.Any(arg => arg is "--server" or "--internal-msbuild-node"))
            return TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
                .GetAwaiter()
                .GetResult();
        return ConsoleRunner.Run(args).GetAwaiter().GetResult();
    }
}
