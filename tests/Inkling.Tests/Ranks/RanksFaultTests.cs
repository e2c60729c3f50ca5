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
        string[] messages = MessagesOf(3, ranks => Options with { Ranks = ranks, Checkpoint = _folder.File, LearningRate = 0.02 });
        Assert.All(messages, message => Assert.Contains("learning rate (0.01 there, 0.02 here)", message, StringComparison.Ordinal));
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
        Assert.All(ended.InnerExceptions, e => Assert.Contains("training inputs (not the same)", e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_rank_whose_weights_have_changed_by_themselves_is_named()
    {
        string[] messages = MessagesOf(
            3,
            ranks => Options with { Ranks = ranks, Epochs = 60 },
            (ranks, network) =>
            {
                if (ranks.Rank == 1)
                    network.WeightedLayers[0].Biases[0] += 1;
            });
        Assert.StartsWith(
            "Rank 1 has other weights than rank 0 after 100 steps", Assert.Single(messages.Distinct(StringComparer.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_training_that_diverges_does_so_on_all_ranks_and_names_the_same_layer()
    {
        string[] messages = MessagesOf(3, ranks => Options with { Ranks = ranks, LearningRate = 1e30 });
        string alone = Assert.Throws<TrainingDivergedException>(() => Train(Options with { LearningRate = 1e30 })).Message;
        Assert.All(messages, message => Assert.Equal(alone, message));
    }

    /// <summary>The messages with which all ranks end.</summary>
    /// <param name="count">How many ranks.</param>
    /// <param name="options">A rank's options.</param>
    /// <param name="onFifthExchange">Called on each rank before an exchange amid the training.</param>
    private static string[] MessagesOf(
        int count, Func<ThreadRanks, TrainingOptions> options, Action<ThreadRanks, Network>? onFifthExchange = null)
    {
        AggregateException ended = Assert.Throws<AggregateException>(() => ThreadRanks.Run(count, ranks =>
        {
            Network network = CheckpointFolder.Fresh();
            if (onFifthExchange is not null)
                ranks.OnFifthExchange = () => onFifthExchange(ranks, network);
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
