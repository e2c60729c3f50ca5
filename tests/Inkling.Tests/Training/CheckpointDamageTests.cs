using System.Security.Cryptography;
using System.Text;
using Inkling.Training;
using Inkling.Training.Optimisers;

namespace Inkling.Tests.Training;

/// <summary>
/// A damaged checkpoint is skipped or refused; it never becomes another network, nor an exception without a clear message.
/// </summary>
public sealed class CheckpointDamageTests : IDisposable
{
    private const int HeaderLength = 40; // eight bytes of format, 32 of SHA-256

    private static readonly VectorExamples Xor = new([([0, 0], [0]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [0])]);

    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(20)]
    [InlineData(-20)] // counted from the end
    [InlineData(3)]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before_it_and_said_so(int at)
    {
        Network whole = _folder.Train(CheckpointFolder.Options, null);
        _folder.TrainTwoOfThreeEpochs();
        byte[] content = File.ReadAllBytes(_folder.File);
        content[at < 0 ? content.Length + at : at] ^= 1;
        File.WriteAllBytes(_folder.File, content);
        List<string> warnings = [];
        Network resumed = _folder.Train(CheckpointFolder.Options with { OnWarning = warnings.Add });
        Assert.Equal(CheckpointFolder.Bits(whole), CheckpointFolder.Bits(resumed));
        Assert.Contains(
            $"Going on from the checkpoint before it, {_folder.Previous}.",
            Assert.Single(warnings),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_bit_flipped_in_what_it_says_it_is_of_is_damage_and_not_another_training()
    {
        Network whole = _folder.Train(CheckpointFolder.Options, null);
        _folder.TrainTwoOfThreeEpochs();
        byte[] content = File.ReadAllBytes(_folder.File);
        int at = content.AsSpan().IndexOf("mini-batch"u8);
        Assert.True(at > 0);
        content[at] ^= 1;
        File.WriteAllBytes(_folder.File, content);
        Assert.Equal(
            CheckpointFolder.Bits(whole),
            CheckpointFolder.Bits(_folder.Train(CheckpointFolder.Options with { OnWarning = _ => { } })));
    }

    [Fact]
    public void Where_all_are_damaged_it_says_so_and_leaves_them()
    {
        File.WriteAllText(_folder.File, "not a checkpoint");
        File.WriteAllText(_folder.Previous, "not one either");
        Network network = CheckpointFolder.Fresh();
        Assert.Equal(
            $"{_folder.File}: not a checkpoint, or a damaged one. "
                + "To begin again, delete run.checkpoint and run.checkpoint.previous.",
            Assert.Throws<InklingException>(
                () => _folder.Train(CheckpointFolder.Options, _folder.File, network: network)).Message);
        Assert.Equal("not a checkpoint", File.ReadAllText(_folder.File));
        Assert.Equal("not one either", File.ReadAllText(_folder.Previous));
        Assert.Equal(CheckpointFolder.Bits(CheckpointFolder.Fresh()), CheckpointFolder.Bits(network));
    }

    [Fact]
    public void A_checkpoint_of_the_first_format_is_refused_and_said_to_be_one()
    {
        _folder.TrainTwoOfThreeEpochs();
        foreach (string file in new[] { _folder.File, _folder.Previous })
            File.WriteAllBytes(file, File.ReadAllBytes(file)[HeaderLength..]); // the first format: the safetensors alone
        Assert.Contains(
            "a checkpoint of another version",
            Assert.ThrowsAny<InklingException>(() => _folder.Train(CheckpointFolder.Options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_another_version_is_refused_and_said_to_be_one()
    {
        _folder.TrainTwoOfThreeEpochs();
        foreach (string file in new[] { _folder.File, _folder.Previous })
        {
            byte[] bytes = File.ReadAllBytes(file);
            bytes[7]--; // the version, behind the name of the format
            File.WriteAllBytes(file, bytes);
        }

        Assert.Contains(
            "a checkpoint of another version",
            Assert.ThrowsAny<InklingException>(() => _folder.Train(CheckpointFolder.Options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void No_mutation_of_a_checkpoint_is_taken()
    {
        byte[] intact = Checkpoint();
        int seed = Random.Shared.Next();
        Random random = new(seed);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] damaged = Mutation.Of(intact, intact, random);
            if (damaged.AsSpan().SequenceEqual(intact))
                continue;
            Exception? e = Record.Exception(() => CheckpointFile.Parse(damaged, "run.checkpoint"));
            Assert.True(
                e is InklingException && !e.Message.Contains('\n', StringComparison.Ordinal),
                $"seed {seed}, mutation {i}: {e}");
        }
    }

    /// <summary>An attacker can make the checksum match.</summary>
    [Fact]
    public void A_mutation_with_a_right_checksum_is_refused_in_one_line_or_trains_on_to_finite_numbers()
    {
        byte[] intact = Checkpoint();
        int seed = Random.Shared.Next(), taken = 0;
        Random random = new(seed);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] content = random.Next(7) == 0
                ? intact[HeaderLength..random.Next(HeaderLength, intact.Length)]
                : Mutation.Of(intact[HeaderLength..], intact, random);
            if (content.AsSpan().SequenceEqual(intact.AsSpan(HeaderLength)))
                continue;
            byte[] forged = [.. intact.AsSpan(0, 8), .. SHA256.HashData(content), .. content];
            File.WriteAllBytes(_folder.File, forged);
            Network network = new([2, 3, 1], seed: 1);
            TrainingState state = new();
            OptimiserState optimiser = new(SmallOptions.Optimiser, network.Parameters);
            using Checkpoint checkpoint = new(_folder.File, network, network.Clone(), optimiser, state, SmallOptions, Xor);
            Exception? e = Record.Exception(checkpoint.Restore);
            Assert.True(e is null or InklingException, $"seed {seed}, mutation {i}: {e}");
            if (e is null)
            {
                taken++;
                Assert.InRange(state.Epoch, 0, SmallOptions.Epochs);
                Assert.InRange(state.ExamplesDone, 0, Xor.Count);
                Assert.False(network.Parameters.Span.ContainsAny(float.NaN, float.PositiveInfinity, float.NegativeInfinity));
            }
            else
            {
                Assert.Equal(new Network([2, 3, 1], seed: 1).Parameters.Span, network.Parameters.Span); // nothing partly loaded
            }
        }

        Assert.InRange(taken, 1, 1_999);
    }

    private TrainingOptions SmallOptions { get; } = new()
    {
        Epochs = 3, MiniBatchSize = 3, LearningRate = 0.1, Optimiser = new Optimiser.Adam(), WeightAverage = 0.9,
        ValidationData = Xor, Threads = 1, OnEpoch = _ => { },
    };

    /// <summary>The checkpoint of a training interrupted in its second epoch.</summary>
    private byte[] Checkpoint()
    {
        using CancellationTokenSource stop = new();
        TrainingOptions options = SmallOptions with
        {
            Checkpoint = _folder.File,
            BetweenSteps = moment =>
            {
                if (moment is { Epoch: 1, Examples: > 0 })
                    stop.Cancel();
                return 1;
            },
        };
        Assert.ThrowsAny<OperationCanceledException>(() => new Network([2, 3, 1], seed: 1).Train(Xor, options, stop.Token));
        byte[] file = File.ReadAllBytes(_folder.File);
        Assert.Equal("INKCHKP4", Encoding.ASCII.GetString(file, 0, 8));
        File.Delete(_folder.Previous);
        return file;
    }
}
