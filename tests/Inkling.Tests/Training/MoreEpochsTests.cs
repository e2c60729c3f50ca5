using Inkling.Training;

namespace Inkling.Tests.Training;

/// <summary>A training can be continued beyond the epochs that it was first given.</summary>
public sealed class MoreEpochsTests : IDisposable
{
    /// <summary>With a learning rate that does not depend on the number of epochs.</summary>
    private static readonly TrainingOptions Open = CheckpointFolder.Options with
    {
        Schedule = new Schedule.Stepped(2, 0.5), OnWarning = _ => { }
    };

    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_finished_training_given_more_epochs_ends_with_the_bits_of_one_that_had_them_from_the_start()
    {
        Network whole = _folder.Train(Open with { Epochs = 5 }, null);
        _folder.Train(Open with { Epochs = 2 });
        Network further = _folder.Train(Open with { Epochs = 4 });
        Assert.Contains("4 epochs of 60 examples", further.History, StringComparison.Ordinal);
        List<int> epochs = [];
        further = _folder.Train(Open with { Epochs = 5, OnEpoch = epoch => epochs.Add(epoch.Epoch) });
        Assert.Equal(CheckpointFolder.Bits(whole), CheckpointFolder.Bits(further));
        Assert.Equal(whole.History, further.History);
        Assert.Equal([0, 1, 2, 3, 4], epochs);
    }

    [Theory]
    [InlineData("2 epochs of 60 examples, SGD", true)]
    [InlineData("9 epochs of 10 examples, SGD; then 2 epochs of 60 examples, SGD", true)]
    [InlineData("12 epochs of 60 examples, SGD", false)]
    [InlineData(null, false)]
    public void A_training_of_two_epochs_is_not_taken_for_one_of_twelve(string? history, bool isIt) =>
        Assert.Equal(isIt, TrainingHistory.EndsWith(history, "2 epochs of 60 examples, SGD"));

    [Fact]
    public void The_network_that_a_finished_training_left_can_itself_be_given_more_epochs()
    {
        Network network = _folder.Train(Open with { Epochs = 2 });
        _folder.Train(Open with { Epochs = 5 }, _folder.File, network: network);
        Assert.Equal(CheckpointFolder.Bits(_folder.Train(Open with { Epochs = 5 }, null)), CheckpointFolder.Bits(network));
    }

    [Fact]
    public void That_more_epochs_would_go_on_is_said_where_a_finished_training_is_asked_for_again()
    {
        List<string> warnings = [];
        _folder.Train(Open with { Epochs = 2 });
        _folder.Train(Open with { Epochs = 2, OnWarning = warnings.Add });
        Assert.Contains("To train further, give it more epochs.", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_epochs_than_were_trained_are_refused_with_both_numbers()
    {
        _folder.Train(Open with { Epochs = 3 });
        InklingException refusal = Assert.ThrowsAny<InklingException>(() => _folder.Train(Open with { Epochs = 2 }));
        Assert.Contains("epochs (3 there, 2 here)", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cosine")]
    [InlineData("one-cycle")]
    [InlineData("plain epochs")]
    public void Where_the_steps_depend_on_the_number_of_epochs_more_are_refused_with_the_way_to_train_further(string what)
    {
        TrainingOptions options = what == "plain epochs"
            ? Open with { PlainEpochs = 1 }
            : Open with { Schedule = what == "cosine" ? new Schedule.Cosine() : new Schedule.OneCycle() };
        _folder.Train(options with { Epochs = 2 });
        InklingException refusal = Assert.ThrowsAny<InklingException>(() => _folder.Train(options with { Epochs = 3 }));
        Assert.Contains("epochs (2 there, 3 here)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("start a new training from that", refusal.Message, StringComparison.Ordinal);
    }
}
