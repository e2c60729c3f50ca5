using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Inkling.Benchmarks.Compare;

namespace Inkling.Benchmarks;

/// <summary>
/// <c>busy [RUNS] [FOLDER]</c>: times trainings with the default number of threads and with one, in turn, while other programs
/// keep none, one and all of the cores busy; writes busy.json to the folder.
/// </summary>
internal static class Busy
{
    public static async Task<int> RunAsync(int runs, string folder)
    {
        OurJobs ours = new(await Mnist.LoadAsync());
        (string Work, Func<int, double> Job)[] jobs =
        [
            ("original", ours.Seed), ("wide", threads => ours.Wide(threads).Seconds), ("convolutional", ours.Convolution)
        ];
        JsonArray measurements = [];
        foreach ((string work, Func<int, double> job) in jobs)
        {
            job(0); // has everything compiled
            foreach (int busy in new[] { 0, 1, Environment.ProcessorCount }.Distinct())
            {
                List<double> byDefault = [], one = [];
                using (new BusyCores(busy))
                {
                    for (int run = 0; run < runs; run++)
                    {
                        byDefault.Add(job(0));
                        one.Add(job(1));
                    }
                }

                double ofDefault = Statistics.Median(byDefault), ofOne = Statistics.Median(one);
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{work}, {busy} busy: default {ofDefault:0.000} s, one thread {ofOne:0.000} s: {ofDefault / ofOne:0.00} ×"));
                measurements.Add(new JsonObject
                {
                    ["work"] = work,
                    ["busy"] = busy,
                    ["byDefault"] = Math.Round(ofDefault, 3),
                    ["oneThread"] = Math.Round(ofOne, 3),
                    ["ratio"] = Math.Round(ofDefault / ofOne, 3),
                });
                Save(folder, runs, measurements);
            }
        }

        return 0;
    }

    /// <summary>Writes what has been measured so far: all of it takes many minutes.</summary>
    private static void Save(string folder, int runs, JsonArray measurements)
    {
        Directory.CreateDirectory(folder);
        MeasuredFile.Write(
            Path.Combine(folder, "busy.json"),
            "seconds of a training with the default number of threads and with one, while other programs keep cores busy",
            "busy",
            $"{runs}, in turn; medians",
            new JsonObject { ["measurements"] = measurements.DeepClone() });
    }

    /// <summary>Keeps one core busy until its standard input ends: also when the program that started it is gone.</summary>
    public static int Spin()
    {
        new Thread(() =>
        {
            while (true)
                Thread.SpinWait(1000);
        }) { IsBackground = true }.Start();
        Console.In.ReadToEnd();
        return 0;
    }

    /// <summary>Other programs that keep cores busy.</summary>
    private sealed class BusyCores(int count) : IDisposable
    {
        private readonly Process[] _programs =
        [
            .. Enumerable.Range(0, count).Select(_ => Process.Start(
                new ProcessStartInfo(Environment.ProcessPath!, "spin") { RedirectStandardInput = true })!)
        ];

        public void Dispose()
        {
            foreach (Process program in _programs)
            {
                program.StandardInput.Close();
                program.WaitForExit();
                program.Dispose();
            }
        }
    }
}
