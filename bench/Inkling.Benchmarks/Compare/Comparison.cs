using System.Globalization;
using Inkling.Data.Catalogue;

namespace Inkling.Benchmarks.Compare;

/// <summary>
/// <c>compare</c>: times the same work in Inkling and in each peer, in short pieces in turn, so that all meet the same noise.
/// Writes a file named after the processor to the folder: the result, or, where the machine was not quiet, one that says so.
/// </summary>
internal static class Comparison
{
    private const string Original = "original", Wide = "wide", Convolutional = "convolutional",
        OneForward = "convolutional, one image forward", AllForward = "convolutional, 10,000 images forward",
        OriginalForward = "784-30-10, 10,000 images forward";

    private const int WidePieces = 10, ConvolutionPieces = 3;

    /// <summary>The names of all the work.</summary>
    public static IReadOnlyList<string> Works { get; } = [Original, Wide, Convolutional, OneForward, AllForward, OriginalForward];

    public static async Task<int> RunAsync(CompareOptions options)
    {
        Report report = new(options);
        report.RequireWritable();
        ImageData mnist = await Mnist.LoadAsync();
        OurJobs ours = new(mnist);
        int cores = Environment.ProcessorCount;
        using Peers peers = new(options, DataSets.Named("mnist").Locate()!);
        peers.Build();
        report.Peak = (MachinePeak.GigaFlops(1), MachinePeak.GigaFlops(cores));
        Say(report.Machine);

        Work(Original, () => // 784-30-10, 30 epochs, evaluated after each
        [
            Ours(cores, ours.Seed),
            Ours(1, ours.Seed),
            peers.Numpy(),
            peers.Torch("seed", 1, OurJobs.SeedEpochs),
            peers.Libtorch("seed", 1, OurJobs.SeedEpochs),
            peers.FastMnist()
        ]);

        Work(Wide, () => // 784-100-100-10, ReLU, mini-batches of 800, 50 epochs of 60,000
        {
            report.Note(Wide, string.Create(
                CultureInfo.InvariantCulture, $"{100 * ours.Wide(cores).Accuracy:0.00} % on the test images"));
            return
            [
                Ours(cores, threads => ours.Wide(threads, OurJobs.WideEpochs / WidePieces).Seconds * WidePieces),
                peers.Torch("wide", cores, OurJobs.WideEpochs),
                peers.Libtorch("wide", cores, OurJobs.WideEpochs),
                peers.Grensen()
            ];
        });

        Work(Convolutional, () => // conv32-pool-conv64-pool-10, mini-batches of 128, Adam, an epoch of 60,000
        [
            Ours(cores, threads => ours.Convolution(threads, ours.Images / ConvolutionPieces) * ConvolutionPieces),
            Ours(1, threads => ours.Convolution(threads, ours.Images / ConvolutionPieces) * ConvolutionPieces),
            peers.Torch("conv", cores, ConvolutionPieces),
            peers.Libtorch("conv", cores, ConvolutionPieces)
        ]);
        report.NoteFractionOfPeak(Convolutional, 6.0 * OurJobs.Convolutional.MultiplyAdds * ours.Images);

        Network convolutional = new(OurJobs.Convolutional, seed: 1), seed = new([784, 30, 10], seed: 1);
        float[] inputs = ours.Inputs(), outputs = new float[10 * 10_000];
        FrozenNetwork frozen = convolutional.Freeze(), frozenSeed = seed.Freeze();
        Work(OneForward, () =>
        [
            Ours(1, _ => OurJobs.Repeated(() => frozen.FeedForward(inputs.AsSpan(0, 784), outputs.AsSpan(0, 10)))),
            peers.OnnxRuntime(convolutional, inputs[..784], 1, 1)
        ]);
        Work(AllForward, () =>
        [
            Ours(cores, threads => OurJobs.Repeated(() => frozen.FeedForward(inputs.AsMemory(), outputs.AsMemory(), threads))),
            peers.OnnxRuntime(convolutional, inputs, 10_000, cores)
        ]);
        Work(OriginalForward, () =>
        [
            Ours(1, _ => ours.ReadSeed(seed), ", sparse images"),
            Ours(1, _ => OurJobs.Repeated(() => frozenSeed.FeedForward(inputs, outputs)), ", images as floats"),
            peers.OnnxRuntime(seed, inputs, 10_000, 1)
        ]);
        report.Note("bytes allocated by epochs 1 to 3 of the original work", string.Create(
            CultureInfo.InvariantCulture, $"{ours.BytesAfterTheFirstEpoch():N0}"));
        return report.Finish(peers.Versions);

        void Work(string work, Func<Implementation[]> start)
        {
            if (options.Only is not null && options.Only != work)
                return;
            Implementation[] implementations = start();
            foreach (Implementation missing in implementations.Where(implementation => implementation.Missing is not null))
                Say($"{work}, not run: {missing.Name}: {missing.Missing}");
            try
            {
                report.Add(work, Rounds.Run(implementations, options.Pieces, (round, implementation, piece) =>
                {
                    string which = round == 0 ? "warm-up" : string.Create(CultureInfo.InvariantCulture, $"piece {round}");
                    Say(Report.Line($"{work}, {which}: {implementation.Name}", implementation, piece));
                }));
            }
            finally
            {
                foreach (Implementation implementation in implementations)
                    implementation.Dispose();
            }
        }
    }

    private static Implementation Ours(int threads, Func<int, double> job, string how = "") => new(
        string.Create(CultureInfo.InvariantCulture, $"Inkling, {threads} thread{(threads == 1 ? "" : "s")}{how}"),
        () => job(threads));

    private static void Say(string text) => Console.Error.WriteLine(text);
}
