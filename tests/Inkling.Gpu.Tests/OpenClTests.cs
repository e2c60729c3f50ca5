using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.OpenCL;

namespace Inkling.Gpu.Tests;

/// <summary>The kernels as drivers of AMD and Intel receive them, OpenCL C made without a device.</summary>
public partial class OpenClTests
{
    private const string Record = "kernels-opencl.txt";

    /// <summary>Shared memory that current devices have, in bytes.</summary>
    private const int SharedMemory = 48 * 1024;

    /// <summary>Functions of OpenCL C 2.0 (its specification, 6.13), and words that stand before a parenthesis.</summary>
    private static readonly HashSet<string> BuiltIn = new(StringComparer.Ordinal)
    {
        "get_group_id", "get_local_id", "get_local_size", "get_num_groups", "work_group_barrier",
        "min", "max", "fmin", "fmax", "fabs", "fma", "exp", "log", "sqrt", "floor", "isnan", "as_float", "as_uint", "as_int",
        "atomic_fetch_add", "if", "switch", "return",
    };

    private static readonly Dictionary<string, Delegate> Sweeps = new(StringComparer.Ordinal)
    {
        ["TrainEpoch"] = SweepKernels<CompilerMath>.TrainEpoch,
        ["CountRight"] = SweepKernels<CompilerMath>.CountRight,
    };

    private static readonly ConcurrentDictionary<string, string> Compiled = new(StringComparer.Ordinal);

    /// <summary>All but augmentation, which needs doubles: with OpenCL the processor does it.</summary>
    public static TheoryData<string> Kernels =>
        [.. PtxTests.Kernels.Select(kernel => kernel.Data).Where(kernel => kernel != "Augment")];

    /// <summary>Those that compute in shared memory.</summary>
    public static TheoryData<string> Sharing =>
    [
        .. Recorded, "Moments", "TakeMoments", "SumErrors", "AddErrors", "ColumnSums",
    ];

    private static IEnumerable<string> Recorded => PtxTests.Sweeps.Concat(PtxTests.Products).Select(kernel => kernel.Data);

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Nothing_is_called_that_OpenCL_does_not_have(string kernel)
    {
        string[] called = [.. Calls().Matches(BodyOf(SourceOf(kernel))).Select(match => match.Groups["name"].Value)];
        Assert.Contains("get_local_id", called);
        Assert.Empty(called.Except(BuiltIn));
    }

    [Theory]
    [MemberData(nameof(Sharing))]
    public void Threads_see_at_a_barrier_what_others_wrote_to_shared_memory(string kernel)
    {
        string[] barriers = [.. Barriers().Matches(SourceOf(kernel)).Select(match => match.Groups["flags"].Value.Trim())];
        Assert.NotEmpty(barriers);
        Assert.All(barriers, flags => Assert.Equal("CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE", flags));
    }

    [Theory]
    [MemberData(nameof(Sharing))]
    public void Shared_memory_suffices_on_every_device(string kernel) =>
        Assert.InRange(SharedBytesOf(SourceOf(kernel)), 1, SharedMemory);

    /// <summary>By clang, which most drivers contain.</summary>
    [Fact]
    public async Task A_compiler_of_OpenCL_C_accepts_all_kernels()
    {
        string? clang = FindClang();
        Assert.SkipWhen(clang is null, "There is no clang on the PATH.");
        string folder = Directory.CreateTempSubdirectory("inkling opencl ").FullName;
        try
        {
            string[] names = [.. Kernels.Select(kernel => kernel.Data)];
            string[] files = [.. names.Select((_, i) => Path.Combine(folder, $"{i}.cl"))];
            for (int i = 0; i < files.Length; i++)
                await File.WriteAllTextAsync(files[i], SourceOf(names[i]), TestContext.Current.CancellationToken);
            string[] options = ["-x", "cl", "-cl-std=CL2.0", "-Xclang", "-finclude-default-header", "--target=spir64"];
            ProcessStartInfo start = new(clang, [.. options, "-fsyntax-only", .. files]) { RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            string errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, errors);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>So that a change of a kernel shows what it does to them.</summary>
    [Fact]
    public void The_kernels_have_the_statements_that_are_on_record()
    {
        string figures = string.Join('\n', Recorded.Select(FiguresOf));
        string file = Path.Combine(AppContext.BaseDirectory, Record);
        if (figures != File.ReadAllText(file).ReplaceLineEndings("\n"))
        {
            File.WriteAllText(file + ".new", figures);
            Assert.Fail($"If this is meant, copy {file}.new to tests/Inkling.Gpu.Tests/{Record}:\n{figures}");
        }
    }

    private static string FiguresOf(string kernel)
    {
        string source = SourceOf(kernel), body = BodyOf(source);
        int statements = Statements().Count(body);
        IEnumerable<string> calls = Calls().Matches(body)
            .GroupBy(match => match.Groups["name"].Value, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"  {group.Key} {group.Count()}");
        return $"{kernel}: {statements} statements, {SharedBytesOf(source)} bytes of shared memory\n{string.Join('\n', calls)}\n";
    }

    private static string SourceOf(string kernel) => Compiled.GetOrAdd(kernel, Compile);

    private static string Compile(string kernel)
    {
        Assert.True(OpenClC.FenceSharedMemory());
        using Context context = Context.Create(builder => builder.CPU(CPUDeviceKind.Nvidia));
        using CLBackend backend = new(
            context,
            new CLCapabilityContext(
                float16: false, float64: false, genericAddressSpace: true, int64_Atomics: true, subGroups: true),
            CLDeviceVendor.AMD,
            CLCVersion.CL20);
        EntryPointDescription entry = EntryPointDescription.FromExplicitlyGroupedKernel(
            Sweeps.GetValueOrDefault(kernel, PtxTests.All[kernel]).Method);
        return ((CLCompiledKernel)backend.Compile(entry, default)).Source;
    }

    /// <summary>The source behind the kernel's head.</summary>
    private static string BodyOf(string source) =>
        source[source.IndexOf('{', source.IndexOf("kernel void", StringComparison.Ordinal))..];

    private static int SharedBytesOf(string source) => SharedArrays().Matches(source).Sum(match =>
        int.Parse(match.Groups["length"].Value, CultureInfo.InvariantCulture) * BytesOf(match.Groups["type"].Value, source));

    private static int BytesOf(string type, string source)
    {
        if (!type.StartsWith("struct ", StringComparison.Ordinal))
            return type switch { "char" => 1, "short" => 2, "int" or "float" => 4, _ => 8 };
        int start = source.IndexOf($"{type}\n{{", StringComparison.Ordinal);
        string fields = source[source.IndexOf('{', start)..source.IndexOf('}', start)];
        return Fields().Matches(fields).Sum(field => BytesOf(field.Groups["type"].Value, source));
    }

    private static string? FindClang() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "clang*"))
            .FirstOrDefault(file => Clang().IsMatch(Path.GetFileName(file)));

    [GeneratedRegex(@"^clang(?:-[0-9]+)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Clang();

    [GeneratedRegex(@"(?<name>[A-Za-z_][A-Za-z_0-9]*)[ ]*\(", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Calls();

    [GeneratedRegex(@"barrier[ ]*\((?<flags>[^)]*)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Barriers();

    [GeneratedRegex(@"[^;\s][^;]*;", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Statements();

    [GeneratedRegex(
        @"local (?<type>[a-z]+(?: type_[0-9]+)?) [a-z0-9]+\[(?<length>[0-9]+)\];",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex SharedArrays();

    [GeneratedRegex(
        @"(?<type>[a-z]+(?: type_[0-9]+)?) field_[0-9]+;", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Fields();
}
