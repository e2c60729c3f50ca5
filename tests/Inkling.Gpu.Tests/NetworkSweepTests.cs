namespace Inkling.Gpu.Tests;

/// <summary>Many small networks on a device, here one emulated on the CPU.</summary>
public class NetworkSweepTests
{
    private static readonly LabelledImages Digits = GeneratedDigits.Create(45, seed: 5);

    [Fact]
    public void Networks_trained_on_a_device_have_the_bits_of_those_trained_on_the_CPU()
    {
        // One panel of neurons, and three of which the last is not full; the last mini-batch of an epoch has five images.
        SweepRun[] runs = [new(5, 3, 1), new(35, 0.5, 2), new(5, 20, 7)];
        List<SweepEpoch> epochs = [];
        List<int> trained = [];
        Network[] networks = NetworkSweep.Train(
            GpuDevice.Emulated,
            Digits,
            runs,
            new SweepOptions { Epochs = 2, TestData = Digits, OnEpoch = epochs.Add, OnTrained = (i, _) => trained.Add(i) },
            TestContext.Current.CancellationToken);
        Assert.Equal([0, 2, 1], trained); // those with as many hidden neurons together
        for (int i = 0; i < runs.Length; i++)
        {
            Network expected = new([784, runs[i].Hidden, 10], runs[i].Seed);
            expected.Train(
                Digits,
                new TrainingOptions { Epochs = 2, MiniBatchSize = 10, LearningRate = runs[i].LearningRate },
                TestContext.Current.CancellationToken);
            Assert.Equal(expected.Parameters.Span, networks[i].Parameters.Span);
            Assert.Equal(expected.Random.Save(), networks[i].Random.Save());
            SweepEpoch last = epochs.Last(epoch => epoch.Runs.Contains(i));
            Assert.Equal(1, last.Epoch);
            Assert.Equal(expected.Evaluate(Digits).Correct, last.Right[last.Runs.ToList().IndexOf(i)]);
        }
    }

    [Theory]
    [InlineData(0, 3, 10, 1, "hidden neurons")]
    [InlineData(129, 3, 10, 1, "hidden neurons")]
    [InlineData(30, double.NaN, 10, 1, "learning rate")]
    [InlineData(30, -1, 10, 1, "learning rate")]
    [InlineData(30, 3, 17, 1, "mini-batch")]
    [InlineData(30, 3, 10, 0, "epoch")]
    public void What_a_device_cannot_train_is_refused_before_anything_is_trained(
        int hidden, double rate, int miniBatch, int epochs, string named)
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => NetworkSweep.Train(
            GpuDevice.Emulated,
            Digits,
            [new SweepRun(hidden, rate, 1)],
            new SweepOptions { Epochs = epochs, MiniBatchSize = miniBatch },
            TestContext.Current.CancellationToken));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_that_diverges_is_told_when_the_others_are_trained()
    {
        List<int> trained = [];
        // Sigmoid neurons diverge hardly ever, their gradient being nearly 0 where weights are large: with this seed they do.
        InklingException e = Assert.Throws<InklingException>(() => NetworkSweep.Train(
            GpuDevice.Emulated,
            Digits,
            [new SweepRun(5, 3.4e38, 102), new SweepRun(5, 3, 1), new SweepRun(4, 3, 1)],
            new SweepOptions { Epochs = 1, MiniBatchSize = 1, OnTrained = (i, _) => trained.Add(i) },
            TestContext.Current.CancellationToken));
        Assert.Contains("3.4E+38", e.Message, StringComparison.Ordinal);
        Assert.Contains("diverged", e.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2], trained);
    }

    [Fact]
    public void An_exception_of_the_callers_method_is_not_taken_for_one_of_the_device() =>
        Assert.Throws<NotSupportedException>(() => NetworkSweep.Train(
            GpuDevice.Emulated,
            Digits,
            [new SweepRun(5, 3, 1)],
            new SweepOptions { Epochs = 1, OnEpoch = _ => throw new NotSupportedException("mine") },
            TestContext.Current.CancellationToken));

    [Fact]
    public void A_sweep_can_be_cancelled_between_epochs()
    {
        using CancellationTokenSource stop = new();
        Assert.Throws<OperationCanceledException>(() => NetworkSweep.Train(
            GpuDevice.Emulated,
            Digits,
            [new SweepRun(5, 3, 1)],
            new SweepOptions { Epochs = 1000, OnEpoch = _ => stop.Cancel() },
            stop.Token));
    }
}
