using System.Diagnostics;
using Inkling.Gpu;

namespace Inkling.Benchmarks.Gpu;

/// <summary>The parts, each a process of its own in bench/gpu.sh.</summary>
internal static class Parts
{
    /// <summary>Of the largest change that training makes to a parameter: rounding in other orders stays far below.</summary>
    private const double MaxDeviation = 1e-3;

    /// <summary>All parts, by name, in the order of the table.</summary>
    public static IReadOnlyDictionary<string, Action<Bench>> All { get; } =
        new Dictionary<string, Action<Bench>>(StringComparer.Ordinal)
        {
            ["device"] = Describe,
            ["bits"] = CheckBits,
            ["layers"] = CheckLayers,
            ["start"] = TimeStart,
            ["one"] = bench => TimeSweep(bench, 1),
            ["sweep"] = bench => TimeSweep(bench, bench.Sizes.Networks),
            ["conv"] = TimeConvolutional,
            ["best"] = TimeBest,
            ["products"] = Products.Time,
        };

    private static void Describe(Bench bench) =>
        bench.Row(
            "memory",
            bench.Device.IsEmulated ? (FormattableString)$"–" : $"{bench.Device.MemoryBytes / 1e9:0.0} GB",
            $"{bench.DescribeDriver()}");

    /// <summary>The sweep's networks against the CPU's, bit by bit; OpenCL rounds otherwise, and may have others.</summary>
    private static void CheckBits(Bench bench)
    {
        LabelledImages images = bench.Data.Training.Slice(0, bench.Sizes.CheckedImages);
        SweepRun[] runs = [new(30, 3, 1), new(100, 3, 2), new(30, 20, 3)];
        Network[] networks = NetworkSweep.Train(bench.Device, images, runs, new SweepOptions { Epochs = 1 });
        int equal = 0;
        for (int i = 0; i < runs.Length; i++)
        {
            Network expected = new([784, runs[i].Hidden, 10], runs[i].Seed);
            expected.Train(images, new TrainingOptions { Epochs = 1, LearningRate = runs[i].LearningRate });
            equal += expected.Parameters.Span.SequenceEqual(networks[i].Parameters.Span) ? 1 : 0;
        }

        bool isOpenCl = bench.Device.Backend == "OpenCL";
        string rounding = isOpenCl ? "; OpenCL rounds otherwise" : "";
        bench.Row(
            "the CPU's bits",
            $"{equal} of {runs.Length}",
            $"networks of the sweep, an epoch of {images.Count:N0} images{rounding}");
        if (equal < runs.Length && !isOpenCl)
            throw new InklingException($"{runs.Length - equal} of {runs.Length} networks have other bits than on the CPU.");
    }

    /// <summary>Each kind of layer against the CPU's, and the device against itself.</summary>
    private static void CheckLayers(Bench bench)
    {
        int batch = bench.Sizes.LayerBatch;
        LabelledImages images = bench.Data.Training.Slice(0, batch * bench.Sizes.LayerBatches);
        foreach ((string name, string layers) in new[]
        {
            ("dense", "784 dense:30 sigmoid dense:20 tanh dense:10 softmax"),
            ("convolution", "1x28x28 conv:8:5x5 relu maxpool:2 conv:12:3x3:pad1 silu maxpool:2 flatten dense:10 softmax"),
            ("batch norm.", "1x28x28 conv:8:3x3:nobias batchnorm relu maxpool:2 batchnorm relu gap dense:10 softmax"),
            ("residual", "1x28x28 conv:8:3x3 relu conv:8:3x3:pad1 batchnorm add:2 gap dropout:0.3 dense:10 softmax"),
        })
        {
            TrainingOptions options = new() { Epochs = 1, MiniBatchSize = batch, LearningRate = 0.05, L2 = 0.1 };
            Network start = Create(), processor = Create(), device = Create(), again = Create();
            processor.Train(images, options);
            device.Train(images, options with { Device = bench.Device });
            again.Train(images, options with { Device = bench.Device });
            ReadOnlySpan<float> a = start.Parameters.Span, b = processor.Parameters.Span, c = device.Parameters.Span;
            double change = 0, deviation = 0;
            for (int i = 0; i < a.Length; i++)
            {
                change = Math.Max(change, Math.Abs(b[i] - a[i]));
                deviation = Math.Max(deviation, Math.Abs(c[i] - b[i]));
            }

            bool isSame = c.SequenceEqual(again.Parameters.Span);
            string runs = isSame ? "the same bits" : "OTHER BITS";
            bench.Row(
                $"layers: {name}",
                $"{deviation / change:0.0e+0}",
                $"beside the CPU, of the largest change in {bench.Sizes.LayerBatches} steps; run twice: {runs}");
            if (!isSame || !(deviation <= MaxDeviation * change))
                throw new InklingException($"{name}: the device's parameters differ from the CPU's, or from run to run.");

            Network Create() => new(Architecture.Parse(layers), Initialisation.He, seed: 1);
        }
    }

    /// <summary>From the start of the process to the end of the first training step.</summary>
    private static void TimeStart(Bench bench)
    {
        LabelledImages images = bench.Data.Training;
        double loaded = SinceStart(), first = 0;
        Network network = new(bench.Sizes.Convolutional, Initialisation.He, seed: 1);
        using CancellationTokenSource stop = new();
        try
        {
            network.Train(
                images,
                new TrainingOptions
                {
                    MiniBatchSize = Math.Min(128, images.Count),
                    Epochs = 2,
                    LearningRate = 0.001,
                    Optimiser = new Optimiser.Adam(),
                    Device = bench.Device,
                    BetweenSteps = moment =>
                    {
                        if (moment.Examples == 0 && moment.Epoch == 0)
                            return 1;
                        first = SinceStart();
                        stop.Cancel();
                        return 1;
                    },
                },
                stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the first step is what was asked for
        }

        bench.Row(
            "start to first step", $"{first:0.00} s", $"conv32-conv64; of it {loaded:0.00} s until the images are in memory");

        static double SinceStart() => (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalSeconds;
    }

    /// <summary>Networks of the seed's, trained at once and evaluated at the end.</summary>
    private static void TimeSweep(Bench bench, int networks)
    {
        ImageData data = bench.Data;
        SweepRun[] runs = [.. Enumerable.Range(1, networks).Select(seed => new SweepRun(bench.Sizes.Hidden, 3, seed))];
        SweepOptions warmUp = new() { Epochs = 1 }, options = new() { Epochs = bench.Sizes.SweepEpochs };
        NetworkSweep.Train(bench.Device, data.Training.Slice(0, 20), runs[..1], warmUp); // compiles
        long before = Stopwatch.GetTimestamp();
        Network[] trained = NetworkSweep.Train(bench.Device, data.Training, runs, options);
        double[] accuracies = new double[trained.Length];
        Parallel.For(0, trained.Length, i => accuracies[i] = trained[i].Evaluate(data.Test, threads: 1).Accuracy);
        double seconds = Stopwatch.GetElapsedTime(before).TotalSeconds;
        Array.Sort(accuracies);
        string work = networks == 1 ? "one network" : $"{networks:N0} networks";
        double least = 100 * accuracies[0], middle = 100 * accuracies[accuracies.Length / 2], most = 100 * accuracies[^1];
        bench.Row(
            $"{work} of the seed's",
            $"{seconds:0.00} s",
            $"{options.Epochs} epochs, evaluated at the end: right {least:0.00} … {most:0.00} %, the middle one {middle:0.00} %");
    }

    /// <summary>Epochs of a small convolutional network, mini-batches of 128, Adam.</summary>
    private static void TimeConvolutional(Bench bench)
    {
        LabelledImages images = bench.Data.Training.Concat(bench.Data.Validation);
        TimeEpochs(
            bench,
            "conv32-conv64, an epoch",
            new Network(bench.Sizes.Convolutional, Initialisation.He, seed: 1),
            images.Slice(0, bench.Sizes.ConvolutionImages),
            new TrainingOptions { MiniBatchSize = 128, LearningRate = 0.001, Optimiser = new Optimiser.Adam() });
    }

    /// <summary>Epochs of the large bundled network, augmentation included.</summary>
    private static void TimeBest(Bench bench)
    {
        Recipe recipe = bench.Sizes.IsTiny ? Recipe.Tiny with { Architecture = bench.Sizes.Convolutional } : Recipe.Best;
        LabelledImages images = bench.Data.Training.Concat(bench.Data.Validation);
        TimeEpochs(
            bench,
            $"{recipe.Name}, an epoch",
            recipe.CreateNetwork(seed: 1),
            images.Slice(0, bench.Sizes.BestImages),
            recipe.Options with { PlainEpochs = 0 });
    }

    private static void TimeEpochs(Bench bench, string work, Network network, LabelledImages images, TrainingOptions options)
    {
        long? before = bench.UsedMemory();
        string memory = "";
        List<double> seconds = [];
        network.Train(images, options with
        {
            Epochs = bench.Sizes.TimedEpochs,
            Device = bench.Device,
            OnEpoch = epoch =>
            {
                seconds.Add(epoch.Time.TotalSeconds);
                memory = bench.MemoryBeyond(before);
            },
        });
        double best = seconds.Min(), tera = 6.0 * network.Architecture.MultiplyAdds * images.Count / best / 1e12;
        bench.Row(
            work,
            $"{best:0.00} s",
            $"{images.Count:N0} images; {tera:0.0} TFLOP/s; the first with its compiling {seconds[0]:0.00} s{memory}");
    }
}
