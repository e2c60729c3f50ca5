using System.Diagnostics;
using System.Globalization;
using Inkling.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Inkling.Benchmarks.Compare;

/// <summary>The same work done by others: numpy and PyTorch through Debian's Python, ONNX Runtime in this process.</summary>
internal static class Peers
{
    private const string Python = "/usr/bin/python3";

    private static readonly string Scripts = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "peers");

    /// <summary>Why a Python module cannot be used; null where it can.</summary>
    public static string? Missing(string module)
    {
        if (!File.Exists(Python))
            return "no /usr/bin/python3";
        try
        {
            Run("-c", $"import {module}");
            return null;
        }
        catch (InvalidOperationException)
        {
            return $"not installed (apt-get install python3-{module})";
        }
    }

    /// <summary>The seed's job in numpy, image by image: seconds for all its epochs, extrapolated from fewer.</summary>
    public static double Numpy(string mnist, int epochs) =>
        Number(Run(Path.Combine(Scripts, "seed_numpy.py"), mnist, Text(epochs)).TrimEnd().Split('\n')[^1].Split(' ')[2])
            * OurJobs.SeedEpochs / epochs;

    /// <summary>One of PyTorch's jobs, seed, wide or conv: its seconds.</summary>
    public static double Torch(string job, string mnist, int threads, int epochs) =>
        Number(Run(Path.Combine(Scripts, "torch_jobs.py"), job, mnist, Text(threads), Text(epochs)));

    /// <summary>ONNX Runtime on an exported network of ours: seconds for one call with this many images.</summary>
    public static double OnnxRuntime(Network network, float[] inputs, int images, int threads)
    {
        string file = Path.Combine(Path.GetTempPath(), $"inkling-{Guid.NewGuid():N}.onnx");
        network.ExportOnnx(file);
        try
        {
            using SessionOptions options = new()
            {
                IntraOpNumThreads = threads,
                InterOpNumThreads = 1,
                GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL
            };
            using InferenceSession session = new(file, options);
            using RunOptions run = new();
            string name = session.InputNames[0];
            long[] shape = [.. session.InputMetadata[name].Dimensions
                .Select((dimension, axis) => axis == 0 ? (long)images : dimension)];
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(inputs, shape);
            return OurJobs.Repeated(() =>
            {
                using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [name], [input], session.OutputNames);
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Run(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(Python, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{string.Join(' ', arguments)}: {errors.Result}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
