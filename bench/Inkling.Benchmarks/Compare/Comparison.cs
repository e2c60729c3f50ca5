using System.Globalization;
using Inkling.Data.Catalogue;

namespace Inkling.Benchmarks.Compare;

/// <summary>
/// <c>compare [RUNS] [FOLDER]</c>: times the same work in Inkling and in each peer, alternating on the same machine, since
/// machines are noisy; writes compare.json to the folder.
/// </summary>
internal static class Comparison
{
    private const int NumpyEpochs = 2, TorchEpochs = 2;

    public static async Task<int> RunAsync(int runs, string folder)
    {
        ImageData mnist = await Mnist.LoadAsync();
        string files = DataSets.Named("mnist").Locate()!;
        OurJobs ours = new(mnist);
        int cores = Environment.ProcessorCount;
        Report report = new(runs);
        report.Peak = (MachinePeak.GigaFlops(1), MachinePeak.GigaFlops(cores));
        Say(report.Machine);
        string? noNumpy = Peers.Missing("numpy"), noTorch = Peers.Missing("torch");
        Warm(ours);

        string work = "original"; // 784-30-10, 30 epochs, evaluated after each
        InTurn(
            work,
            ($"Inkling, {cores} threads", () => ours.Seed(cores)),
            ("Inkling, 1 thread", () => ours.Seed(1)),
            Peer("numpy, image by image", noNumpy, () => Peers.Numpy(files, NumpyEpochs)),
            Peer(
                "PyTorch, CPU, 1 thread",
                noTorch,
                () => Peers.Torch("seed", files, 1, TorchEpochs) * OurJobs.SeedEpochs / TorchEpochs));

        double accuracy = 0;
        work = "wide"; // 784-100-100-10, ReLU, mini-batches of 800, 50 epochs of 60,000
        InTurn(
            work,
            ($"Inkling, {cores} threads", () => Noting(ours.Wide(cores))),
            Peer(
                $"PyTorch, CPU, {cores} threads",
                noTorch,
                () => Peers.Torch("wide", files, cores, OurJobs.WideEpochs / 10) * 10));
        report.Note(work, string.Create(CultureInfo.InvariantCulture, $"{100 * accuracy:0.00} % on the test images"));

        work = "convolutional"; // conv32-pool-conv64-pool-10, mini-batches of 128, Adam, an epoch of 60,000
        InTurn(
            work,
            ($"Inkling, {cores} threads", () => ours.Convolution(cores)),
            ("Inkling, 1 thread", () => ours.Convolution(1)),
            Peer($"PyTorch, CPU, {cores} threads", noTorch, () => Peers.Torch("conv", files, cores, 1)));
        report.Note(work, report.FractionOfPeak(work, 6.0 * OurJobs.Convolutional.MultiplyAdds * ours.Images));

        Network convolutional = new(OurJobs.Convolutional, seed: 1), seed = new([784, 30, 10], seed: 1);
        float[] inputs = ours.Inputs(), outputs = new float[10 * 10_000];
        FrozenNetwork frozen = convolutional.Freeze(), frozenSeed = seed.Freeze();
        InTurn(
            "convolutional, one image forward",
            ("Inkling, 1 thread", () => OurJobs.Repeated(() => frozen.FeedForward(inputs.AsSpan(0, 784), outputs.AsSpan(0, 10)))),
            ("ONNX Runtime, 1 thread", () => Peers.OnnxRuntime(convolutional, inputs[..784], 1, 1)));
        InTurn(
            "convolutional, 10,000 images forward",
            (
                $"Inkling, {cores} threads",
                () => OurJobs.Repeated(() => frozen.FeedForward(inputs.AsMemory(), outputs.AsMemory(), cores))),
            ($"ONNX Runtime, {cores} threads", () => Peers.OnnxRuntime(convolutional, inputs, 10_000, cores)));
        InTurn(
            "784-30-10, 10,000 images forward",
            ("Inkling, 1 thread, sparse images", () => ours.ReadSeed(seed)),
            ("Inkling, 1 thread, images as floats", () => OurJobs.Repeated(() => frozenSeed.FeedForward(inputs, outputs))),
            ("ONNX Runtime, 1 thread", () => Peers.OnnxRuntime(seed, inputs, 10_000, 1)));
        report.Note("bytes allocated by epochs 1 to 3 of the original work", string.Create(
            CultureInfo.InvariantCulture, $"{ours.BytesAfterTheFirstEpoch():N0}"));
        report.Save(folder);
        return 0;

        double Noting((double Seconds, double Accuracy) result)
        {
            accuracy = result.Accuracy;
            return result.Seconds;
        }

        void InTurn(string what, params (string Who, Func<double>? Job)[] jobs)
        {
            List<double>[] seconds = [.. jobs.Select(_ => new List<double>())];
            for (int run = 0; run < runs; run++)
            {
                for (int i = 0; i < jobs.Length; i++)
                {
                    if (jobs[i].Job is { } job)
                        seconds[i].Add(job());
                }

                Say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what}, run {run + 1}: {string.Join(", ", jobs.Select((job, i) => seconds[i].Count == 0
                        ? $"{job.Who} –"
                        : string.Create(CultureInfo.InvariantCulture, $"{job.Who} {seconds[i][^1]:0.000000} s")))}"));
            }

            for (int i = 0; i < jobs.Length; i++)
                report.Add(new Measurement(what, jobs[i].Who, seconds[i]));
        }
    }

    private static (string Who, Func<double>? Job) Peer(string who, string? missing, Func<double> job) =>
        missing is null ? (who, job) : ($"{who}: {missing}", null);

    /// <summary>Warms up: has everything compiled before anything is timed.</summary>
    private static void Warm(OurJobs ours)
    {
        ours.Convolution(Environment.ProcessorCount);
        ours.Seed(Environment.ProcessorCount);
    }

    private static void Say(string text) => Console.Error.WriteLine(text);
}
