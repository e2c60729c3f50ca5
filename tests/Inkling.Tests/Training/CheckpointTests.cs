using Inkling.Training;

namespace Inkling.Tests.Training;

/// <summary>An interrupted training, once resumed, ends in the same bits.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void Interrupted_after_any_step_it_ends_with_the_same_bits(int steps)
    {
        Network whole = _folder.Train(CheckpointFolder.Options, null);
        _folder.TrainUntilStep(steps);
        List<int> epochs = [];
        Network resumed = _folder.Train(CheckpointFolder.Options with { OnEpoch = epoch => epochs.Add(epoch.Epoch) });
        Assert.Equal(CheckpointFolder.Bits(whole), CheckpointFolder.Bits(resumed));
        Assert.Equal([0, 1, 2], epochs); // epochs finished before the interruption are reported again
    }

    [Fact]
    public void Interrupted_again_and_again_it_ends_with_the_same_bits()
    {
        for (int steps = 1; steps <= 11; steps++)
            _folder.TrainUntilStep(steps);
        Assert.Equal(
            CheckpointFolder.Bits(_folder.Train(CheckpointFolder.Options, null)),
            CheckpointFolder.Bits(_folder.Train(CheckpointFolder.Options)));
    }

    [Fact]
    public void The_network_that_was_interrupted_can_itself_go_on()
    {
        Network network = CheckpointFolder.Fresh();
        using CancellationTokenSource stop = new();
        TrainingOptions stopping = CheckpointFolder.Options with
        {
            Checkpoint = _folder.File, BetweenSteps = moment => CheckpointFolder.StopAt(6, moment, stop)
        };
        Assert.ThrowsAny<OperationCanceledException>(() => network.Train(CheckpointFolder.Images, stopping, stop.Token));
        network.Train(
            CheckpointFolder.Images,
            CheckpointFolder.Options with { Checkpoint = _folder.File },
            TestContext.Current.CancellationToken);
        Assert.Equal(CheckpointFolder.Bits(_folder.Train(CheckpointFolder.Options, null)), CheckpointFolder.Bits(network));
    }

    [Fact]
    public void A_training_that_is_done_is_told_again_and_ends_with_the_same_bits()
    {
        Network whole = _folder.Train(CheckpointFolder.Options);
        List<EpochResult> told = [];
        List<string> warnings = [];
        Network again = _folder.Train(CheckpointFolder.Options with { OnEpoch = told.Add, OnWarning = warnings.Add });
        Assert.Contains("had finished already", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(CheckpointFolder.Bits(whole), CheckpointFolder.Bits(again));
        Assert.Equal([0, 1, 2], told.Select(epoch => epoch.Epoch));
    }

    /// <summary>The network ends with averaged weights, which differ from the weights in its checkpoint.</summary>
    [Fact]
    public void A_network_that_is_done_can_be_given_its_own_checkpoint_again()
    {
        Network network = _folder.Train(CheckpointFolder.Options);
        float[] bits = CheckpointFolder.Bits(network);
        List<string> warnings = [];
        _folder.Train(CheckpointFolder.Options with { OnWarning = warnings.Add }, _folder.File, network: network);
        Assert.Contains("had finished already", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal(bits, CheckpointFolder.Bits(network));
    }

    /// <summary>Regression: it told of two epochs and then of three, although these were the same two and one more.</summary>
    [Fact]
    public void A_networks_history_tells_a_training_once_however_often_it_was_interrupted()
    {
        const string Before = "born yesterday";
        Network whole = CheckpointFolder.Fresh(), network = CheckpointFolder.Fresh();
        whole.History = network.History = Before;
        _folder.Train(CheckpointFolder.Options, null, network: whole);
        using CancellationTokenSource stop = new();
        TrainingOptions stopping = CheckpointFolder.Options with
        {
            Checkpoint = _folder.File, BetweenSteps = moment => CheckpointFolder.StopAt(9, moment, stop)
        };
        Assert.ThrowsAny<OperationCanceledException>(() => network.Train(CheckpointFolder.Images, stopping, stop.Token));
        Assert.StartsWith("born yesterday; then 2 epochs of 60", network.History, StringComparison.Ordinal);
        for (int again = 0; again < 3; again++)
        {
            _folder.Train(CheckpointFolder.Options with { OnWarning = _ => { } }, _folder.File, network: network);
            Assert.Equal(whole.History, network.History);
        }

        Assert.Equal(whole.History, _folder.Train(CheckpointFolder.Options with { OnWarning = _ => { } }).History);
    }

    /// <summary>Regression: the monitor drew the best epoch's weights with the figures of every other epoch.</summary>
    [Fact]
    public void An_epoch_told_again_has_its_own_network_or_none()
    {
        List<EpochResult> first = [], again = [];
        _folder.Train(CheckpointFolder.Options with { OnEpoch = first.Add });
        _folder.Train(CheckpointFolder.Options with { OnEpoch = again.Add, OnWarning = _ => { } });
        Assert.Equal(
            first.Select(epoch => (epoch.Cost, epoch.Validation)), again.Select(epoch => (epoch.Cost, epoch.Validation)));
        int best = first.FindIndex(epoch => epoch.Validation == first.MaxBy(e => e.Validation!.Value.Correct)!.Validation);
        for (int epoch = 0; epoch < first.Count; epoch++)
        {
            if (again[epoch].Network is { } network)
                Assert.Equal(CheckpointFolder.Bits(first[epoch].Network!), CheckpointFolder.Bits(network));
            Assert.Equal(epoch == best, again[epoch].Network is not null);
        }

        TrainingMonitor monitor = new(CheckpointFolder.Images, null);
        again.ForEach(monitor.Record);
        Assert.Equal([best], monitor.Entries.Select(entry => entry.Epoch));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void The_number_of_threads_does_not_show_in_the_result(int threads) => Assert.Equal(
        CheckpointFolder.Bits(_folder.Train(CheckpointFolder.Options with { Threads = 3 }, null)),
        CheckpointFolder.Bits(_folder.Train(CheckpointFolder.Options with { Threads = threads }, null)));
}
