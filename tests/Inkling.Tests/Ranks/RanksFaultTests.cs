using Inkling.Execution.Ranks;
using Inkling.Tests.Training;

namespace Inkling.Tests.Ranks;

/// <summary>What happens where ranks stop, fail or differ.</summary>
public sealed class RanksFaultTests : IDisposable
{
    private static readonly TrainingOptions Options = CheckpointFolder.Options with { Threads = 1, OnWarning = _ => { } };

    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Interrupted_on_any_rank_it_resumes_with_any_number_of_ranks_to_the_same_bits()
    {
        float[] whole = CheckpointFolder.Bits(_folder.Train(Options, null));
        int before = 0;
        foreach (int count in new[] { 3, 1, 2, 7 }) // each makes some steps of the twelve
        {
            using CancellationTokenSource stop = new();
            // Of several ranks the last one is stopped; the step after which all stop is one of the next.
            AggregateException ended = Assert.Throws<AggregateException>(() => ThreadRanks.Run(count, ranks =>
            {
                Network network = CheckpointFolder.Fresh();
                TrainingOptions options = Options with
                {
                    Ranks = ranks,
                    Checkpoint = _folder.File,
                    BetweenSteps = moment => CheckpointFolder.StopAt(before + 2, moment, stop),
                };
                network.Train(CheckpointFolder.Images, options, ranks.Rank == count - 1 ? stop.Token : default);
                return network;
            }));
            Assert.Equal(count, ended.InnerExceptions.Count);
            Assert.All(ended.InnerExceptions, e => Assert.IsAssignableFrom<OperationCanceledException>(e));
            before += 2;
        }

        foreach (Network resumed in ThreadRanks.Run(4, ranks => Train(Options with { Ranks = ranks, Checkpoint = _folder.File })))
            Assert.Equal(whole, CheckpointFolder.Bits(resumed));
    }

    [Fact]
    public void A_training_that_rank_0_cannot_resume_fails_on_all_ranks_and_they_say_why()
    {
        _folder.TrainTwoOfThreeEpochs();
        string[] messages = MessagesOf(
            3, ranks => Options with { Ranks = ranks, Checkpoint = _folder.File, LearningRate = 0.02 });
        foreach (string message in messages)
            Assert.Contains("learning rate (0.01 there, 0.02 here)", message, StringComparison.Ordinal);
        Assert.StartsWith("Rank 0: ", messages[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Ranks_with_other_options_refuse_to_train_and_all_name_the_one_that_differs()
    {
        string[] messages = MessagesOf(3, ranks => Options with { Ranks = ranks, L2 = ranks.Rank == 2 ? 0.5 : 0 });
        Assert.Equal(
            "Rank 2 was started otherwise than rank 0 (here): L2 (0.5 there, 0 here). "
                + "Give every rank the same program, options and data.",
            Assert.Single(messages.Distinct(StringComparer.Ordinal)));
    }

    [Fact]
    public void Ranks_with_other_images_refuse_to_train()
    {
        AggregateException ended = Assert.Throws<AggregateException>(() => ThreadRanks.Run(2, ranks =>
        {
            LabelledImages images = ranks.Rank == 0 ? CheckpointFolder.Images : GeneratedDigits.Create(60, seed: 9);
            return _folder.Train(Options with { Ranks = ranks }, null, images);
        }));
        foreach (Exception e in ended.InnerExceptions)
            Assert.Contains("training inputs (not the same)", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 1, "Rank 1 has other weights than the other ranks after 100 steps")]
    [InlineData(3, 0, "Rank 0 has other weights than the other ranks after 100 steps")]
    [InlineData(2, 1, "Rank 0 and rank 1 have different weights after 100 steps")]
    public void A_rank_whose_weights_have_changed_by_themselves_is_named(int count, int changed, string message)
    {
        string[] messages = MessagesOf(
            count, ranks => Options with { Ranks = ranks, Epochs = 60 }, (ranks, network) => Change(network, ranks, changed));
        Assert.StartsWith(message, Assert.Single(messages.Distinct(StringComparer.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_ranks_do_not_agree_on_are_not_kept_in_a_checkpoint()
    {
        string[] messages = MessagesOf(
            3,
            ranks => Options with { Ranks = ranks, Checkpoint = _folder.File },
            (ranks, network) => Change(network, ranks, 0),
            exchange: 7);
        Assert.StartsWith(
            "Rank 0 has other weights than the other ranks after 4 steps", messages[0], StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_fails_on_one_rank_in_whatever_way_fails_on_all(bool isCancelled)
    {
        Exception thrown = isCancelled ? new OperationCanceledException() : new FormatException("No number.");
        AggregateException ended = Assert.Throws<AggregateException>(() => ThreadRanks.Run(3, ranks =>
        {
            new RankAgreement(ranks).Do(() =>
            {
                if (ranks.Rank == 1)
                    throw thrown;
            });
            return 0;
        }));
        Assert.Same(thrown, ended.InnerExceptions[1]);
        Assert.All(ended.InnerExceptions, e => Assert.True(RankAgreement.IsKnownToAll(e)));
        foreach (int other in new[] { 0, 2 })
        {
            if (isCancelled)
                Assert.IsType<OperationCanceledException>(ended.InnerExceptions[other]);
            else
                Assert.Equal("Rank 1: No number.", Assert.IsType<InklingException>(ended.InnerExceptions[other]).Message);
        }
    }

    [Fact]
    public void A_training_that_diverges_does_so_on_all_ranks_and_names_the_same_layer()
    {
        string[] messages = MessagesOf(3, ranks => Options with { Ranks = ranks, LearningRate = 1e30 });
        string alone = Assert.Throws<TrainingDivergedException>(() => Train(Options with { LearningRate = 1e30 })).Message;
        Assert.All(messages, message => Assert.Equal(alone, message));
    }

    private static void Change(Network network, ThreadRanks ranks, int changed)
    {
        if (ranks.Rank == changed)
            network.WeightedLayers[0].Biases[0] += 1;
    }

    /// <summary>The messages with which all ranks end.</summary>
    /// <param name="count">How many ranks.</param>
    /// <param name="options">A rank's options.</param>
    /// <param name="change">Called on each rank before an exchange amid the training.</param>
    /// <param name="exchange">
    /// Which: one after those before the first step, which are one more where there is a checkpoint.
    /// </param>
    private static string[] MessagesOf(
        int count,
        Func<ThreadRanks, TrainingOptions> options,
        Action<ThreadRanks, Network>? change = null,
        int exchange = 6)
    {
        AggregateException ended = Assert.Throws<AggregateException>(() => ThreadRanks.Run(count, ranks =>
        {
            Network network = CheckpointFolder.Fresh();
            ranks.BeforeExchange = number =>
            {
                if (number == exchange)
                    change?.Invoke(ranks, network);
            };
            network.Train(CheckpointFolder.Images, options(ranks), TestContext.Current.CancellationToken);
            return network;
        }));
        Assert.Equal(count, ended.InnerExceptions.Count);
        Assert.All(ended.InnerExceptions, e => Assert.IsAssignableFrom<InklingException>(e));
        return [.. ended.InnerExceptions.Select(e => e.Message)];
    }

    private static Network Train(TrainingOptions options)
    {
        Network network = CheckpointFolder.Fresh();
        network.Train(CheckpointFolder.Images, options, TestContext.Current.CancellationToken);
        return network;
    }
}
