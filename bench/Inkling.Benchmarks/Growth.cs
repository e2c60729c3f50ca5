using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Inkling.Benchmarks;

/// <summary>
/// <c>growth [FOLDER]</c>: how the cost of training grows with the network, the mini-batch and the threads; writes growth.json.
/// Copied to docs/measured, it is drawn by eng/docs.cs.
/// </summary>
internal static class Growth
{
    private const int Tries = 7;

    public static async Task<int> RunAsync(string folder)
    {
        LabelledImages all = (await Mnist.LoadAsync()).Training;
        LabelledImages ten = all.Slice(0, 10_000);
        int cores = Environment.ProcessorCount;
        Directory.CreateDirectory(folder);
        JsonObject report = [];

        Measure(
            "hidden neurons",
            [10, 30, 100, 300, 1000],
            n => (all, Plain($"784 dense:{n} sigmoid dense:10 sigmoid", 10, 1, isSeed: true)));
        Measure(
            "images",
            [100, 1000, 10_000, 50_000],
            n => (all.Slice(0, n), Plain("784 dense:30 sigmoid dense:10 sigmoid", 10, 1, isSeed: true)));
        Measure(
            "images in a mini-batch",
            [1, 10, 100, 800],
            n => (ten, Plain("784 dense:100 relu dense:100 relu dense:10 softmax", n, cores)));
        Measure(
            "channels",
            [8, 16, 32, 64, 128],
            n => (ten, Plain(
                $"1x28x28 conv:{n}:3x3 relu maxpool:2 conv:{n}:3x3 relu maxpool:2 flatten dense:10 softmax", 64, cores)));
        Measure(
            "threads",
            [.. Enumerable.Range(1, cores)],
            n => (ten, Plain("1x28x28 conv:64:3x3 relu maxpool:2 conv:64:3x3 relu maxpool:2 flatten dense:10 softmax", 64, n)));

        MeasuredFile.Write(
            Path.Combine(folder, "growth.json"),
            "How the cost of training grows: µs for each image of an epoch, by size",
            "growth",
            $"the shortest of {Tries}",
            report);
        return 0;

        void Measure(string what, int[] sizes, Func<int, (LabelledImages Images, Job Job)> jobOf)
        {
            double[] microseconds = [.. sizes.Select(size => MicrosecondsAnImage(jobOf(size).Images, jobOf(size).Job))];
            report[what] = new JsonObject(sizes.Zip(microseconds, (size, time) => KeyValuePair.Create(
                size.ToString(CultureInfo.InvariantCulture),
                (JsonNode?)JsonValue.Create(Math.Round(time, time < 10 ? 2 : 1)))));
            Console.WriteLine($"{what}: {report[what]!.ToJsonString()}");
        }
    }

    private static Job Plain(string architecture, int miniBatch, int threads, bool isSeed = false) =>
        new(Architecture.Parse(architecture), new TrainingOptions
        {
            Epochs = 1,
            MiniBatchSize = miniBatch,
            LearningRate = isSeed ? 0.5 : 0.001,
            Optimiser = isSeed ? new Optimiser.Sgd() : new Optimiser.Adam(),
            Threads = threads,
            OnEpoch = _ => { },
        });

    /// <summary>The least of several tries: other load on the machine only adds time.</summary>
    private static double MicrosecondsAnImage(LabelledImages images, Job job)
    {
        double best = double.MaxValue;
        for (int i = 0; i < Tries; i++)
        {
            Network network = new(job.Architecture, seed: 1);
            long start = Stopwatch.GetTimestamp();
            network.Train(images, job.Options);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds / images.Count);
        }

        return best;
    }

    private sealed record Job(Architecture Architecture, TrainingOptions Options);
}
