using System.Diagnostics;
using System.Globalization;

namespace Inkling.Benchmarks;

/// <summary>
/// The seed's 30-epoch job, evaluation after each epoch included: ours and numpy's (seed_numpy.py, image by image as the
/// seed's code does it) in turn on the same machine, since machines are noisy; medians and their ratio as Markdown.
/// </summary>
internal static class SeedComparison
{
    private const int Epochs = 30;

    public static async Task<int> RunAsync(int runs, int peerEpochs)
    {
        ImageData mnist = await Mnist.LoadAsync();
        string folder = DataSets.Named("mnist").Locate()!;
        List<double> ours = [], oneThread = [], peers = [];
        Train(mnist, epochs: 3, Environment.ProcessorCount); // compiles everything
        for (int run = 0; run < runs; run++)
        {
            ours.Add(Train(mnist, Epochs, Environment.ProcessorCount));
            oneThread.Add(Train(mnist, Epochs, threads: 1));
            peers.Add(TrainPeer(folder, peerEpochs) * Epochs / peerEpochs);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"run {run}: ours {ours[^1]:0.000} s, on one thread {oneThread[^1]:0.000} s, numpy {peers[^1]:0.0} s"));
        }

        Console.WriteLine("| 784-30-10, 30 epochs of 50,000, evaluated after each | median s | min … max | times faster than numpy |");
        Console.WriteLine("| --- | --- | --- | --- |");
        Write("Inkling, all cores", ours);
        Write("Inkling, one thread", oneThread);
        Write(peerEpochs == Epochs ? "numpy, image by image" : $"numpy, image by image ({peerEpochs} epochs × {Epochs / (double)peerEpochs:0.#})", peers);
        return 0;

        void Write(string who, List<double> seconds) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {who} | {Median(seconds):0.000} | {seconds.Min():0.000} … {seconds.Max():0.000} | {Median(peers) / Median(seconds):0} |"));
    }

    private static double Train(ImageData mnist, int epochs, int threads)
    {
        Network network = new([784, 30, 10], seed: 1);
        Stopwatch clock = Stopwatch.StartNew();
        network.Sgd(mnist.Training, epochs, miniBatchSize: 10, eta: 3.0, mnist.Test, new TrainingOptions { Threads = threads, OnEpoch = _ => { } });
        return clock.Elapsed.TotalSeconds;
    }

    private static double TrainPeer(string folder, int epochs)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "seed_numpy.py");
        ProcessStartInfo start = new("/usr/bin/python3", [script, folder, epochs.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        using Process python = Process.Start(start)!;
        string last = python.StandardOutput.ReadToEnd().TrimEnd().Split('\n')[^1];
        python.WaitForExit();
        return python.ExitCode == 0
            ? double.Parse(last.Split(' ')[2], CultureInfo.InvariantCulture)
            : throw new InvalidOperationException("numpy's run failed; on Debian: apt-get install python3-numpy");
    }

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
