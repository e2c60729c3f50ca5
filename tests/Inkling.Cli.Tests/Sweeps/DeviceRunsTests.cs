using Inkling.Cli.Sharing;
using Inkling.Cli.Sweeps;
using Inkling.Gpu;

namespace Inkling.Cli.Tests.Sweeps;

/// <summary>Runs of a sweep on a graphics processor, here one emulated on the CPU.</summary>
public sealed class DeviceRunsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling device ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_device_s_results_are_the_CPU_s_but_for_the_epochs()
    {
        ImageData data = GeneratedDigits.CreateData(45, 20, 20);
        SweepLedger ledger = SweepLedger.Open(_folder, data);
        SweepGrid grid = new([CellOf(5, 3, 10), CellOf(18, 0.5, 10), CellOf(5, 3, 7)], [1, 2]);
        IReadOnlyList<SweepJob> jobs = grid.JobsFor(ledger);
        SharedWork work = new(_folder, SweepLedger.Ending, [.. jobs.Select(job => job.Name)], new Part(0, 1));
        List<string> done = [];
        new DeviceRuns(GpuDevice.Named("emulated"), data, ledger, result => done.Add(result.Run))
            .Run(work, jobs, TestContext.Current.CancellationToken);
        Assert.True(work.IsComplete);
        Assert.Equal(jobs.Select(job => job.Name).Order(StringComparer.Ordinal), done.Order(StringComparer.Ordinal));
        foreach (SweepJob job in jobs)
        {
            RunResult onCpu = RunTraining.Run(job, ledger, data, TestContext.Current.CancellationToken),
                onDevice = RunResult.Read(work.FileOf(job.Name));
            Assert.Equal(2, onCpu.Epochs!.Count);
            Assert.Equal(onCpu with { Epochs = null }, onDevice);
        }
    }

    [Fact]
    public void What_a_device_does_not_train_is_left_to_the_CPU()
    {
        ImageData data = GeneratedDigits.CreateData(45, 20, 20);
        SweepCell plain = CellOf(30, 3, 10);
        Assert.True(DeviceRuns.Trains(plain, data));
        Recipe recipe = plain.Recipe;
        Recipe[] others =
        [
            Recipe.Tiny,
            recipe with { Architecture = Architecture.FullyConnected([784, 129, 10]) },
            recipe with { Architecture = Architecture.FullyConnected([784, 30, 30, 10]) },
            recipe with { Architecture = Architecture.FullyConnected([784, 30, 10], Cost.CrossEntropy) },
            recipe with { Initialisation = Initialisation.Scaled },
            recipe with { Options = recipe.Options with { MiniBatchSize = 17 } },
            recipe with { Options = recipe.Options with { L2 = 5 } },
            recipe with { Options = recipe.Options with { Patience = 5 } },
            recipe with { Options = recipe.Options with { Schedule = new Schedule.Cosine() } },
            recipe with { Options = recipe.Options with { Optimiser = new Optimiser.Sgd(0.9) } },
            recipe with { Options = recipe.Options with { Optimiser = new Optimiser.Adam() } },
        ];
        Assert.All(others, other => Assert.False(DeviceRuns.Trains(plain with { Recipe = other }, data)));
    }

    private static SweepCell CellOf(int hidden, double eta, int miniBatch) => new($"784,{hidden},10", Recipe.Seed with
    {
        Architecture = Architecture.FullyConnected([784, hidden, 10]),
        Options = new TrainingOptions { Epochs = 2, MiniBatchSize = miniBatch, LearningRate = eta },
    });
}
