using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Inkling.Tests.Numerics;

/// <summary>
/// Tests each instruction set in a separate process, in which the runtime is told not to use some that this machine has.
/// Of .NET 10's switches, DOTNET_EnableAVX512 (formerly EnableAVX512F) and DOTNET_EnableAVX2 have an effect; the latter
/// disables fused multiply-add too, and DOTNET_EnableFMA no longer has an effect. The child process prints which
/// instruction sets it sees, and that is checked too.
/// </summary>
public class InstructionSetTests
{
    private const string WithEverything = "what the machine has", WithoutAvx512 = "no AVX-512",
        WithoutAvx2 = "no AVX2 and no FMA", WithoutAny = "none";

    private static readonly Dictionary<string, Lazy<Task<(int ExitCode, string[] Lines)>>> Children = new(StringComparer.Ordinal)
    {
        [WithEverything] = new(() => StartAsync(cases: 100)),
        [WithoutAvx512] = new(() => StartAsync(cases: 40, "EnableAVX512", "EnableAVX512F")),
        [WithoutAvx2] = new(() => StartAsync(cases: 40, "EnableAVX2")),
        [WithoutAny] = new(() => StartAsync(cases: 2, "EnableHWIntrinsic")), // slow: every operation is a call
    };

    private static readonly Lazy<string> Here = new(() => SameBits.OfTraining(1, 3));

    [Theory]
    [InlineData(WithEverything)]
    [InlineData(WithoutAvx512)]
    [InlineData(WithoutAvx2)]
    [InlineData(WithoutAny)]
    public async Task Kernels_equal_their_plain_loops_and_stay_within_their_buffers(string instructions)
    {
        (int exitCode, string[] lines) = await Children[instructions].Value;
        // The message has the seed and the kernel that was running.
        Assert.True(exitCode == 0 && lines[^1] == "all equal", string.Join('\n', lines));
    }

    [Theory]
    [InlineData(WithoutAvx512)]
    [InlineData(WithoutAvx2)]
    [InlineData(WithoutAny)]
    public async Task A_training_ends_in_the_same_bits_with_every_instruction_set(string instructions)
    {
        string[] all = (await Children[WithEverything].Value).Lines, fewer = (await Children[instructions].Value).Lines;
        Assert.StartsWith("training ", all[2], StringComparison.Ordinal);
        Assert.Equal(all[2], fewer[2]);
        Assert.Equal(Here.Value, fewer[2]);
    }

    [Theory]
    [InlineData(WithoutAvx512)]
    [InlineData(WithoutAvx2)]
    [InlineData(WithoutAny)]
    public async Task The_runtime_does_without_what_it_is_told_to_do_without(string instructions)
    {
        Assert.SkipUnless(X86Base.IsSupported, "Arm's vector instructions cannot be switched off.");
        string seen = (await Children[instructions].Value).Lines[0];
        Assert.Contains("512: False", seen, StringComparison.Ordinal);
        Assert.Contains($"AVX2: {Avx2.IsSupported && instructions == WithoutAvx512}", seen, StringComparison.Ordinal);
        Assert.Contains($"FMA: {Fma.IsSupported && instructions == WithoutAvx512}", seen, StringComparison.Ordinal);
        Assert.Contains($"128: {instructions != WithoutAny}", seen, StringComparison.Ordinal);
    }

    /// <summary>Starts this program again to run <see cref="KernelComparisonProcess"/>.</summary>
    /// <param name="cases">The number of cases for each kernel.</param>
    /// <param name="off">The runtime's switches that are set to 0.</param>
    private static async Task<(int ExitCode, string[] Lines)> StartAsync(int cases, params string[] off)
    {
        string program =
            Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Inkling.Tests.exe" : "Inkling.Tests");
        ProcessStartInfo start = new(program, ["kernels", cases.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true, RedirectStandardError = true
        };
        foreach (string name in off)
            start.Environment[$"DOTNET_{name}"] = "0";
        using Process child = Process.Start(start)!;
        using CancellationTokenSource tooLong = new(TimeSpan.FromMinutes(10)); // in case a kernel never returns
        try
        {
            Task<string> output = child.StandardOutput.ReadToEndAsync(tooLong.Token),
                errors = child.StandardError.ReadToEndAsync(tooLong.Token);
            await child.WaitForExitAsync(tooLong.Token);
            return (child.ExitCode, ($"{await output}{await errors}").TrimEnd().Split('\n', StringSplitOptions.TrimEntries));
        }
        finally
        {
            if (!child.HasExited)
                child.Kill();
        }
    }
}

/// <summary>The vector instructions that the runtime uses in this process.</summary>
internal static class InstructionSets
{
    public static string OfThisProcess =>
        $"128: {Vector128.IsHardwareAccelerated}, 256: {Vector256.IsHardwareAccelerated}, "
            + $"512: {Vector512.IsHardwareAccelerated}, AVX2: {Avx2.IsSupported}, FMA: {Fma.IsSupported}";
}
