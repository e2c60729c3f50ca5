using System.Diagnostics;

namespace Inkling.Benchmarks.Compare;

/// <summary>The compared work, done by Inkling. Data are in memory before the clock starts.</summary>
internal sealed class OurJobs(ImageData mnist)
{
    public const int SeedEpochs = 30, WideEpochs = 50;

    /// <summary>A common small convolutional network: two convolutions, each followed by max pooling.</summary>
    public static readonly Architecture Convolutional = Architecture.Parse(
        "1x28x28 conv:32:3x3 relu maxpool:2 conv:64:3x3 relu maxpool:2 flatten dense:10 softmax");

    private readonly LabelledImages _all = mnist.Training.Concat(mnist.Validation);

    public int Images => _all.Count;

    /// <summary>784-30-10, as the seed trains it, evaluated after each epoch.</summary>
    public double Seed(int threads)
    {
        Network network = new([784, 30, 10], seed: 1);
        return Seconds(() => network.Sgd(
            mnist.Training,
            SeedEpochs,
            miniBatchSize: 10,
            eta: 3.0,
            mnist.Test,
            new TrainingOptions { Threads = threads, OnEpoch = _ => { } }));
    }

    /// <summary>784-100-100-10, ReLU, mini-batches of 800; accuracy on the test images is measured after timing ends.</summary>
    public (double Seconds, double Accuracy) Wide(int threads, int epochs = WideEpochs)
    {
        Network network = new(
            Architecture.Parse("784 dense:100 relu dense:100 relu dense:10 softmax"), Initialisation.He, seed: 1);
        double seconds = Seconds(() => network.Train(_all, new TrainingOptions
        {
            Epochs = epochs,
            MiniBatchSize = 800,
            LearningRate = 0.003,
            Optimiser = new Optimiser.Adam(),
            Threads = threads,
            OnEpoch = _ => { }
        }));
        return (seconds, network.Evaluate(mnist.Test).Accuracy);
    }

    /// <summary>An epoch of the convolutional network, mini-batches of 128, Adam.</summary>
    public double Convolution(int threads) => Convolution(threads, Images);

    /// <summary>The same with the first images only.</summary>
    public double Convolution(int threads, int images)
    {
        Network network = new(Convolutional, Initialisation.He, seed: 1);
        return Seconds(() => network.Train(_all.Slice(0, images), new TrainingOptions
        {
            Epochs = 1,
            MiniBatchSize = 128,
            LearningRate = 0.001,
            Optimiser = new Optimiser.Adam(),
            Threads = threads,
            OnEpoch = _ => { }
        }));
    }

    /// <summary>Bytes allocated by all epochs but the first, without evaluation.</summary>
    public long BytesAfterTheFirstEpoch()
    {
        Network network = new([784, 30, 10], seed: 1);
        long after = 0;
        network.Sgd(mnist.Training, epochs: 4, miniBatchSize: 10, eta: 3.0, options: new TrainingOptions
        {
            OnEpoch = result => after = result.Epoch == 0 ? GC.GetTotalAllocatedBytes(precise: true) : after,
        });
        return GC.GetTotalAllocatedBytes(precise: true) - after;
    }

    /// <summary>The test images as network inputs, [count, 784].</summary>
    public float[] Inputs()
    {
        float[] inputs = new float[mnist.Test.Count * mnist.Test.InputSize];
        for (int i = 0; i < mnist.Test.Count; i++)
            mnist.Test.CopyInput(i, inputs.AsSpan(i * mnist.Test.InputSize, mnist.Test.InputSize));
        return inputs;
    }

    /// <summary>Seconds for the 784-30-10 network to evaluate all test images on one core, from their sparse form.</summary>
    public double ReadSeed(Network network) => Repeated(() => network.Evaluate(mnist.Test, threads: 1));

    /// <summary>Seconds per call: the least of nine repetitions, each of enough calls (50 ms) for a precise time.</summary>
    public static double Repeated(Action action)
    {
        action();
        int times = Math.Max(1, (int)(0.05 / Seconds(action)));
        double best = double.MaxValue;
        for (int i = 0; i < 9; i++)
        {
            best = Math.Min(best, Seconds(() =>
            {
                for (int time = 0; time < times; time++)
                    action();
            }) / times);
        }

        return best;
    }

    private static double Seconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
