using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace Inkling.Gpu.Tests;

/// <summary>The kernels as NVIDIA's driver receives them, made without a device.</summary>
public partial class PtxTests
{
    private const string Record = "kernels.txt";

    public static TheoryData<string> Kernels =>
        [nameof(SweepKernels<CudaMath>.TrainEpoch), nameof(SweepKernels<CudaMath>.CountRight)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_sum_and_product_names_its_rounding_so_that_the_driver_fuses_none(string kernel)
    {
        string[] instructions = InstructionsOf(PtxOf(kernel));
        Assert.Contains("fma.rn.f32", instructions);
        Assert.All(
            instructions.Where(instruction => Arithmetic().IsMatch(instruction)),
            instruction => Assert.EndsWith(".rn.f32", instruction, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Nothing_is_called_that_no_device_has(string kernel) =>
        Assert.DoesNotContain(".extern .func", PtxOf(kernel), StringComparison.Ordinal);

    /// <summary>So that a change of a kernel shows what it does to the instructions.</summary>
    [Fact]
    public void The_kernels_have_the_instructions_that_are_on_record()
    {
        string figures = string.Join('\n', Kernels.Select(kernel => FiguresOf(kernel.Data)));
        string file = Path.Combine(AppContext.BaseDirectory, Record);
        if (figures != File.ReadAllText(file).ReplaceLineEndings("\n"))
        {
            File.WriteAllText(file + ".new", figures);
            Assert.Fail($"If this is meant, copy {file}.new to tests/Inkling.Gpu.Tests/{Record}:\n{figures}");
        }
    }

    private static string FiguresOf(string kernel)
    {
        string ptx = PtxOf(kernel);
        int shared = SharedArrays().Matches(ptx).Sum(
            match => int.Parse(match.Groups["bytes"].Value, CultureInfo.InvariantCulture));
        IEnumerable<string> kinds = InstructionsOf(ptx)
            .GroupBy(instruction => instruction.Split('.')[0], StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"  {group.Key} {group.Count()}");
        return $"{kernel}: {InstructionsOf(ptx).Length} instructions, {shared} bytes of shared memory\n"
            + $"{string.Join('\n', kinds)}\n";
    }

    private static string PtxOf(string kernel)
    {
        using Context context = Context.Create(builder => builder.CPU(CPUDeviceKind.Nvidia));
        using PTXBackend backend = new(
            context,
            new CudaCapabilityContext(CudaArchitecture.SM_80),
            CudaArchitecture.SM_80,
            CudaInstructionSet.ISA_70,
            null!);
        MethodInfo method = typeof(SweepKernels<CudaMath>).GetMethod(kernel)!;
        EntryPointDescription entry = EntryPointDescription.FromExplicitlyGroupedKernel(method);
        return ((PTXCompiledKernel)backend.Compile(entry, default)).PTXAssembly;
    }

    /// <summary>The instructions' names, as fma.rn.f32, without their predicates and operands.</summary>
    private static string[] InstructionsOf(string ptx) =>
        [.. Instructions().Matches(ptx).Select(match => match.Groups["name"].Value)];

    [GeneratedRegex(
        @"^\s+(?:@!?%p[0-9]+\s+)?(?<name>[a-z][a-z0-9]*(?:\.[a-z0-9]+)*)\s[^;\n]*;",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Instructions();

    [GeneratedRegex(
        @"^(?:add|sub|mul|mad|fma|div|rcp|sqrt|ex2)\..*f32$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Arithmetic();

    [GeneratedRegex(@"\.shared .*\[(?<bytes>[0-9]+)\];", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex SharedArrays();
}
