#:project ../../src/Inkling/Inkling.csproj
#:package Microsoft.ML
#:package TorchSharp
#:package libtorch-cpu-linux-x64
#:property PublishAot=false
// ML.NET on MNIST: the accuracy of its trainers for several classes, and whether the number of threads changes what they learn.
// TorchSharp: whether its native library loads here. The sizes of both's native libraries. For Linux on x64.
// usage: dotnet run -c Release bench/peers/dotnet.cs > docs/measured/dotnet-peers.json
using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inkling;
using Inkling.Peers;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

using TextWriter output = Console.Out;
Console.SetOut(Console.Error); // TorchSharp says there what it tries
ImageData mnist = await Mnist.LoadAsync();
MLContext ml = new(seed: 1);
IDataView training = Rows(mnist.Training), test = Rows(mnist.Test);
int threads = Math.Max(2, Environment.ProcessorCount);

object[] trainers =
[
    Measured("SdcaMaximumEntropy", count => ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(
        new SdcaMaximumEntropyMulticlassTrainer.Options { NumberOfThreads = count })),
    Measured("LbfgsMaximumEntropy", count => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy(
        new LbfgsMaximumEntropyMulticlassTrainer.Options { NumberOfThreads = count })),
];

string? torchProblem = TorchProblem();
JsonSerializerOptions options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
output.WriteLine(JsonSerializer.Serialize(
    new
    {
        what = "ML.NET trained on MNIST: test accuracy in %; native libraries of ML.NET and TorchSharp on Linux, in bytes",
        command = "dotnet run -c Release bench/peers/dotnet.cs > docs/measured/dotnet-peers.json",
        machine = $"{Environment.ProcessorCount} processors, shared with other programs; seconds are rough",
        versions = $"ML.NET {VersionOf(typeof(MLContext))}, TorchSharp {VersionOf(typeof(TorchSharp.torch))}, "
            + $".NET {Environment.Version}",
        date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        runs = $"one with {threads} threads, whose accuracy is given, and one with a single thread",
        trainers,
        native = new
        {
            mlNet = NativeBytes(IsMlNet),
            torch = NativeBytes(name => !IsMlNet(name))
        },
        torch = torchProblem ?? "loads"
    },
    options));

object Measured(string name, Func<int, IEstimator<ITransformer>> trainer)
{
    var (accuracy, scores, seconds) = Trained(trainer(threads));
    float[] scoresOfOne = Trained(trainer(1)).Scores;
    var result = new
    {
        name,
        accuracy = Math.Round(100 * accuracy, 2),
        seconds = Math.Round(seconds),
        sameBitsForOneThread = scores.AsSpan().SequenceEqual(scoresOfOne) ? "yes" : "no"
    };
    Console.Error.WriteLine(result);
    return result;
}

(double Accuracy, float[] Scores, double Seconds) Trained(IEstimator<ITransformer> trainer)
{
    Stopwatch watch = Stopwatch.StartNew();
    ITransformer model = trainer.Fit(training);
    double seconds = watch.Elapsed.TotalSeconds;
    IDataView predicted = model.Transform(test);
    double accuracy = ml.MulticlassClassification.Evaluate(predicted).MicroAccuracy;
    return (accuracy, [.. predicted.GetColumn<float[]>("Score").SelectMany(score => score)], seconds);
}

IDataView Rows(LabelledImages images) => ml.Data.LoadFromEnumerable(Enumerable.Range(0, images.Count).Select(i =>
{
    Row row = new() { Label = images.Labels[i] + 1u };
    images.CopyInput(i, row.Features);
    return row;
}).ToArray());

static string? TorchProblem()
{
    try
    {
        using TorchSharp.torch.Tensor one = TorchSharp.torch.ones(1);
        return null;
    }
    catch (TypeInitializationException)
    {
        try
        {
            string library = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
            System.Runtime.InteropServices.NativeLibrary.Load(library);
            return "does not load";
        }
        catch (DllNotFoundException exception)
        {
            string line = exception.Message.Split('\n').First(line => line.Contains("not found", StringComparison.Ordinal));
            return line.Split(": ", 2)[1].Split(" (required by")[0];
        }
    }
}

static string VersionOf(Type type) =>
    FileVersionInfo.GetVersionInfo(type.Assembly.Location).ProductVersion!.Split('+')[0];

static long NativeBytes(Func<string, bool> isWanted) => Directory
    .GetFiles(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native"))
    .Where(path => path.Contains(".so", StringComparison.Ordinal) && !path.EndsWith(".dbg", StringComparison.Ordinal))
    .Where(path => isWanted(Path.GetFileName(path)))
    .Sum(path => new FileInfo(path).Length);

static bool IsMlNet(string name) => name is "libLdaNative.so" or "libFastTreeNative.so";

namespace Inkling.Peers
{
    internal sealed class Row
    {
        [VectorType(784)]
        public float[] Features { get; set; } = new float[784];

        [KeyType(10)]
        public uint Label { get; set; }
    }
}
