using System.Globalization;
using System.IO.Compression;
using Inkling.Data.Catalogue;
using Inkling.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Inkling.Benchmarks.Compare;

/// <summary>
/// The same work done by others: numpy and PyTorch through Debian's Python, ONNX Runtime in this process, and those whose folders
/// are given: libtorch in a newer system, fast-mnist-nn, grensen's benchmark.
/// </summary>
/// <param name="options">The folders.</param>
/// <param name="mnist">The folder with MNIST's files.</param>
internal sealed class Peers(CompareOptions options, string mnist) : IDisposable
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Where a newer system gets libtorch and the data, seen from inside.</summary>
    private const string InChroot = "/opt/inkling";

    /// <summary>Gives the newer system a /proc, which .NET needs, until the program there has ended.</summary>
    private const string EnterChroot = """mount --rbind /proc "$0/proc" && exec chroot "$0" "$@" """;

    private static readonly string Scripts =
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "peers"));

    private readonly string _scratch = Directory.CreateTempSubdirectory("inkling-compare-").FullName;
    private readonly SortedSet<string> _versions = new(StringComparer.Ordinal);
    private string? _libtorchProblem, _fastMnistProblem, _grensenProblem;

    /// <summary>What the peers that ran say about themselves.</summary>
    public IEnumerable<string> Versions => _versions;

    /// <summary>Builds the programs of the peers whose folders are given, before anything is timed.</summary>
    public void Build()
    {
        _libtorchProblem = Problem(options.Chroot, "--chroot", BuildLibtorch);
        _fastMnistProblem = Problem(options.FastMnist, "--fast-mnist-nn", BuildFastMnist);
        _grensenProblem = Problem(options.Grensen, "--grensen", BuildGrensen);
    }

    /// <summary>The seed's algorithm in numpy, image by image.</summary>
    public Implementation Numpy() =>
        Started("numpy, image by image", OurJobs.SeedEpochs, Python, Path.Combine(Scripts, "seed_numpy.py"), mnist);

    /// <summary>PyTorch's seed, wide or conv job.</summary>
    /// <param name="job">Its name.</param>
    /// <param name="threads">With how many threads.</param>
    /// <param name="pieces">How many of its pieces the whole work is.</param>
    public Implementation Torch(string job, int threads, int pieces) => Started(
        $"PyTorch, CPU, {Threads(threads)}", pieces, Python, Path.Combine(Scripts, "torch_jobs.py"), job, mnist, Text(threads));

    /// <summary>The same job in libtorch through TorchSharp.</summary>
    public Implementation Libtorch(string job, int threads, int pieces)
    {
        string name = $"libtorch (TorchSharp), CPU, {Threads(threads)}";
        return _libtorchProblem is { } problem
            ? Implementation.Absent(name, problem)
            : Started(
                name, pieces, "unshare", "--mount", "sh", "-c", EnterChroot, options.Chroot!,
                $"{InChroot}/libtorch/libtorch", job, $"{InChroot}/mnist", Text(threads));
    }

    /// <summary>The seed's job in C++, by fast-mnist-nn.</summary>
    public Implementation FastMnist()
    {
        const string name = "fast-mnist-nn, image by image";
        return _fastMnistProblem is { } problem
            ? Implementation.Absent(name, problem)
            : Started(name, OurJobs.SeedEpochs, Path.Combine(_scratch, "fast_mnist"), Path.Combine(_scratch, "mnist"));
    }

    /// <summary>The wide job by grensen's neural_network_benchmark: all of its epochs are one piece, since they differ.</summary>
    public Implementation Grensen()
    {
        const string name = "grensen/neural_network_benchmark, all threads";
        if (_grensenProblem is { } problem)
            return Implementation.Absent(name, problem);
        TimeSpan used = TimeSpan.Zero;
        return new Implementation(
            name,
            () =>
            {
                (double seconds, TimeSpan processorTime) = GrensenBenchmark.Run(_scratch);
                used += processorTime;
                return seconds;
            },
            () => used);
    }

    /// <summary>ONNX Runtime on an exported network of ours: seconds for one call with this many images.</summary>
    public Implementation OnnxRuntime(Network network, float[] inputs, int images, int threads)
    {
        string file = Path.Combine(_scratch, "network.onnx");
        network.ExportOnnx(file);
        using SessionOptions session = new()
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL
        };
        InferenceSession inference = new(file, session);
        string name = inference.InputNames[0];
        long[] shape = [.. inference.InputMetadata[name].Dimensions
            .Select((dimension, axis) => axis == 0 ? (long)images : dimension)];
        _versions.Add($"ONNX Runtime {OrtEnv.Instance().GetVersionString()}");
        return new Implementation(
            $"ONNX Runtime, {Threads(threads)}",
            () =>
            {
                using RunOptions run = new();
                using OrtValue input = OrtValue.CreateTensorValueFromMemory(inputs, shape);
                return OurJobs.Repeated(() =>
                {
                    using IDisposableReadOnlyCollection<OrtValue> outputs =
                        inference.Run(run, [name], [input], inference.OutputNames);
                });
            },
            ends: inference);
    }

    /// <summary>Deletes the programs that were built.</summary>
    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    private Implementation Started(string name, double pieces, string program, params IEnumerable<string> arguments)
    {
        try
        {
            PeerProcess process = new(name, program, arguments);
            _versions.Add(process.Version);
            return process.As(name, pieces);
        }
        catch (InklingException exception)
        {
            return Implementation.Absent(name, exception.Message);
        }
    }

    /// <summary>Builds a peer; returns why it is not run, null if it can be.</summary>
    private static string? Problem(string? folder, string option, Action<string> build)
    {
        if (folder is null)
            return $"no {option}";
        try
        {
            build(folder);
            return null;
        }
        catch (Exception exception) when (exception is InklingException or IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    private void BuildLibtorch(string chroot)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new InklingException("chroot must be run as root");
        string inside = Path.Combine(chroot, InChroot.TrimStart('/'));
        Programs.Run(
            "dotnet", "publish", Path.Combine(Scripts, "libtorch.cs"), "-c", "Release", "-r", "linux-x64", "--self-contained",
            "-v:q", "-nologo", "-o", Path.Combine(inside, "libtorch"));
        CopyMnist(Path.Combine(inside, "mnist"));
    }

    private void BuildFastMnist(string folder)
    {
        Programs.Run(
            "g++", "-std=c++17", "-O3", "-march=native", "-fopenmp", "-DFAST_MNIST_USE_OPENMP=1",
            "-I", Path.Combine(folder, "include"), Path.Combine(Scripts, "fast_mnist.cpp"),
            Path.Combine(folder, "src", "Matrix.cpp"), Path.Combine(folder, "src", "NeuralNet.cpp"),
            "-o", Path.Combine(_scratch, "fast_mnist"));
        CopyMnist(Path.Combine(_scratch, "mnist"));
    }

    private void BuildGrensen(string folder)
    {
        CopyMnist(Path.Combine(_scratch, "mnist"));
        GrensenBenchmark.Build(folder, Path.Combine(_scratch, "mnist"), _scratch);
    }

    /// <summary>Writes MNIST's files as peers read them: not compressed.</summary>
    private void CopyMnist(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (string name in DataSets.Named("mnist").Files.All.Select(file => file.Name))
        {
            string plain = Path.Combine(mnist, name);
            using FileStream file = File.OpenRead(File.Exists(plain) ? plain : $"{plain}.gz");
            using Stream content = File.Exists(plain) ? file : new GZipStream(file, CompressionMode.Decompress);
            using FileStream copy = File.Create(Path.Combine(folder, name));
            content.CopyTo(copy);
        }
    }

    private static string Threads(int threads) => threads == 1 ? "1 thread" : $"{Text(threads)} threads";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
