using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using Inkling.Gpu.Kernels;

namespace Inkling.Gpu.Tests;

/// <summary>The kernels as NVIDIA's driver receives them, made without a device.</summary>
public partial class PtxTests
{
    private const string Record = "kernels.txt";

    internal static readonly Dictionary<string, Delegate> All = new(StringComparer.Ordinal)
    {
        ["TrainEpoch"] = SweepKernels<CudaMath>.TrainEpoch,
        ["CountRight"] = SweepKernels<CudaMath>.CountRight,
        ["Forward, 64 columns"] = ProductKernels<Columns<FourColumns, FourColumns>>.Forward,
        ["Forward, 48 columns"] = ProductKernels<Columns<FourColumns, TwoColumns>>.Forward,
        ["Forward, 32 columns"] = ProductKernels<FourColumns>.Forward,
        ["Forward, 16 columns"] = ProductKernels<TwoColumns>.Forward,
        ["InputErrors, 64 columns"] = ProductKernels<Columns<FourColumns, FourColumns>>.InputErrors,
        ["InputErrors, 48 columns"] = ProductKernels<Columns<FourColumns, TwoColumns>>.InputErrors,
        ["InputErrors, 32 columns"] = ProductKernels<FourColumns>.InputErrors,
        ["InputErrors, 16 columns"] = ProductKernels<TwoColumns>.InputErrors,
        ["Gradient, 64 columns"] = ProductKernels<Columns<FourColumns, FourColumns>>.Gradient,
        ["Gradient, 48 columns"] = ProductKernels<Columns<FourColumns, TwoColumns>>.Gradient,
        ["Gradient, 32 columns"] = ProductKernels<FourColumns>.Gradient,
        ["Gradient, 16 columns"] = ProductKernels<TwoColumns>.Gradient,
        ["Gather"] = ElementKernels.Gather,
        ["CostErrors"] = ElementKernels.CostErrors,
        ["AddSplits"] = ElementKernels.AddSplits,
        ["Activate"] = ElementKernels.Activate,
        ["ActivateBack"] = ElementKernels.ActivateBack,
        ["Silu"] = ElementKernels.Silu,
        ["SiluBack"] = ElementKernels.SiluBack,
        ["Add"] = ElementKernels.Add,
        ["Multiply"] = ElementKernels.Multiply,
        ["Transpose"] = ElementKernels.Transpose,
        ["Pool"] = ElementKernels.Pool,
        ["PoolBack"] = ElementKernels.PoolBack,
        ["ClearBeyond"] = ElementKernels.ClearBeyond,
        ["DropoutMasks"] = ElementKernels.DropoutMasks,
        ["Softmax"] = ElementKernels.Softmax,
        ["Moments"] = NormalisationKernels.Moments,
        ["TakeMoments"] = NormalisationKernels.TakeMoments,
        ["TakeRunning"] = NormalisationKernels.TakeRunning,
        ["Apply"] = NormalisationKernels.Apply,
        ["SumErrors"] = NormalisationKernels.SumErrors,
        ["AddErrors"] = NormalisationKernels.AddErrors,
        ["Back"] = NormalisationKernels.Back,
        ["ColumnSums"] = ColumnSums.Add,
        ["Augment"] = AugmentationKernel.Augment,
        ["Step"] = OptimiserKernels.Step,
        ["MoveAverage"] = OptimiserKernels.MoveAverage,
    };

    private static readonly ConcurrentDictionary<string, string> Compiled = new(StringComparer.Ordinal);

    public static TheoryData<string> Sweeps => ["TrainEpoch", "CountRight"];

    public static TheoryData<string> Products =>
        [.. All.Keys.Where(kernel => kernel.EndsWith(" columns", StringComparison.Ordinal))];

    public static TheoryData<string> Kernels => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Sweeps))]
    public void Every_sum_and_product_names_its_rounding_so_that_the_driver_fuses_none(string kernel)
    {
        string[] instructions = InstructionsOf(PtxOf(kernel));
        Assert.Contains("fma.rn.f32", instructions);
        Assert.All(
            instructions.Where(instruction => Arithmetic().IsMatch(instruction)),
            instruction => Assert.EndsWith(".rn.f32", instruction, StringComparison.Ordinal));
    }

    [Fact]
    public void All_kernels_are_looked_at()
    {
        IEnumerable<string> kernels = typeof(ElementKernels).Assembly.GetTypes()
            .Where(type => type is { Namespace: "Inkling.Gpu.Kernels", IsAbstract: true, IsSealed: true, IsNested: false })
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => method.ReturnType == typeof(void)) // others are called by kernels
            .Select(NameOf);
        Assert.Empty(kernels.Except(All.Values.Select(kernel => NameOf(kernel.Method)), StringComparer.Ordinal));

        static string NameOf(MethodInfo method) => $"{method.DeclaringType!.Name}.{method.Name}";
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Nothing_is_called_that_no_device_has(string kernel) =>
        Assert.DoesNotContain(".extern .func", PtxOf(kernel), StringComparison.Ordinal);

    /// <summary>So that a change of a kernel shows what it does to the instructions.</summary>
    [Fact]
    public void The_kernels_have_the_instructions_that_are_on_record()
    {
        string figures = string.Join('\n', Sweeps.Concat(Products).Select(kernel => FiguresOf(kernel.Data)));
        string file = Path.Combine(AppContext.BaseDirectory, Record);
        if (figures != File.ReadAllText(file).ReplaceLineEndings("\n"))
        {
            File.WriteAllText(file + ".new", figures);
            Assert.Fail($"If this is meant, copy {file}.new to tests/Inkling.Gpu.Tests/{Record}:\n{figures}");
        }
    }

    [Theory]
    [MemberData(nameof(Products))]
    public void The_sums_of_a_product_are_kept_in_registers_and_its_factors_read_four_at_a_time(string kernel)
    {
        Assert.DoesNotContain(".local", PtxOf(kernel), StringComparison.Ordinal);
        Assert.Contains("ld.shared.v4.f32", PtxOf(kernel), StringComparison.Ordinal);
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

    private static string PtxOf(string kernel) => Compiled.GetOrAdd(kernel, Compile);

    private static string Compile(string kernel)
    {
        using Context context = Context.Create(builder => builder.CPU(CPUDeviceKind.Nvidia));
        using PTXBackend backend = new(
            context,
            new CudaCapabilityContext(CudaArchitecture.SM_80),
            CudaArchitecture.SM_80,
            CudaInstructionSet.ISA_70,
            null!);
        EntryPointDescription entry = EntryPointDescription.FromExplicitlyGroupedKernel(All[kernel].Method);
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
