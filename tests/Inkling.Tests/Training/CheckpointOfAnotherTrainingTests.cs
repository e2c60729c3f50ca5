using System.Reflection;
using Inkling.Training;

namespace Inkling.Tests.Training;

/// <summary>A checkpoint of one training is never used to resume another.</summary>
public sealed class CheckpointOfAnotherTrainingTests : IDisposable
{
    private readonly CheckpointFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Another_seed_is_refused_and_both_are_named()
    {
        _folder.TrainTwoOfThreeEpochs();
        InklingException refusal =
            Refused(() => _folder.Train(CheckpointFolder.Options, _folder.File, network: CheckpointFolder.Fresh(seed: 5)));
        Assert.Contains("another training: seed (4 there, 5 here).", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_seed_is_refused_where_only_the_checkpoint_before_the_last_is_left()
    {
        _folder.TrainTwoOfThreeEpochs();
        File.Delete(_folder.File);
        Refused(() => _folder.Train(CheckpointFolder.Options, _folder.File, network: CheckpointFolder.Fresh(seed: 5)));
        Assert.True(File.Exists(_folder.Previous));
    }

    [Fact]
    public void Other_start_weights_are_refused()
    {
        _folder.TrainTwoOfThreeEpochs();
        Network other = CheckpointFolder.Fresh();
        other.WeightedLayers[0].Panels[0] += 1;
        Assert.Contains(
            "start weights (not the same)",
            Refused(() => _folder.Train(CheckpointFolder.Options, _folder.File, network: other)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("training labels (not the same)", false, true)]
    [InlineData("training inputs (not the same)", true, false)]
    public void Other_examples_of_the_same_number_are_refused(string what, bool otherPixels, bool otherLabels)
    {
        _folder.TrainTwoOfThreeEpochs();
        LabelledImages images = CheckpointFolder.Images;
        byte[] pixels = [.. Enumerable.Range(0, images.Count).SelectMany(i => images.Pixels(i).ToArray())],
            labels = images.Labels.ToArray();
        pixels[^1] ^= (byte)(otherPixels ? 1 : 0);
        labels[0] = (byte)(otherLabels ? 9 - labels[0] : labels[0]);
        Assert.Contains(
            what,
            Refused(() => _folder.Train(CheckpointFolder.Options, _folder.File, new LabelledImages(pixels, labels))).Message,
            StringComparison.Ordinal);
        _folder.Train(CheckpointFolder.Options, _folder.File, new LabelledImages(
            // The same images, read again.
            (byte[])[.. Enumerable.Range(0, images.Count).SelectMany(i => images.Pixels(i).ToArray())], images.Labels.ToArray()));
    }

    [Fact]
    public void Other_wished_for_outputs_are_refused()
    {
        _folder.TrainTwoOfThreeEpochs();
        float[][] targets =
            [.. Enumerable.Range(0, CheckpointFolder.Images.Count).Select(_ => Enumerable.Repeat(0.1f, 10).ToArray())];
        Assert.Contains(
            "training labels",
            Refused(() => _folder.Train(
                CheckpointFolder.Options, _folder.File, CheckpointFolder.Images.WithTargets(targets))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Other_validation_data_are_refused()
    {
        _folder.TrainTwoOfThreeEpochs();
        TrainingOptions other = CheckpointFolder.Options with { ValidationData = GeneratedDigits.Create(20, seed: 3) };
        Assert.Contains("validation inputs", Refused(() => _folder.Train(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_setting_that_differs_is_named_with_both_values()
    {
        _folder.TrainTwoOfThreeEpochs();
        Assert.Contains(
            "learning rate (0.01 there, 0.02 here)",
            Refused(() => _folder.Train(CheckpointFolder.Options with { LearningRate = 0.02 })).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "epochs (3 there, 4 here)",
            Refused(() => _folder.Train(CheckpointFolder.Options with { Epochs = 4 })).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Enumerates the options by reflection, so that options added later are included.</summary>
    [Fact]
    public void Every_option_that_changes_what_is_learned_is_compared()
    {
        string[] withoutEffect =
        [
            nameof(TrainingOptions.Threads), nameof(TrainingOptions.Progress), nameof(TrainingOptions.OnEpoch),
            nameof(TrainingOptions.OnWarning), nameof(TrainingOptions.BetweenSteps), nameof(TrainingOptions.Checkpoint),
            nameof(TrainingOptions.Ranks), nameof(TrainingOptions.Device),
        ];
        TrainingOptions options = CheckpointFolder.Options with { TestData = CheckpointFolder.Validation };
        Network network = CheckpointFolder.Fresh();
        Dictionary<string, string> settings = TrainingFingerprint.Of(network, CheckpointFolder.Images, options);
        foreach (PropertyInfo property in typeof(TrainingOptions)
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is not null))
        {
            TrainingOptions changed = options with { };
            property.SetValue(changed, Other(property.PropertyType, property.GetValue(options)));
            string? difference = TrainingFingerprint.Difference(
                settings, TrainingFingerprint.Of(network, CheckpointFolder.Images, changed), startsWhereSavedEnds: false);
            Assert.True(withoutEffect.Contains(property.Name) == difference is null, property.Name);
        }

        foreach (object part in new object[]
        {
            new Optimiser.Sgd(), new Optimiser.Adam(), new Schedule.Constant(), new Schedule.Stepped(3, 0.5),
            new Schedule.Cosine(), new Schedule.OneCycle(), new Schedule.HalveOnStall(), new Augmentation()
        })
        {
            MethodInfo copy = typeof(object).GetMethod("MemberwiseClone", BindingFlags.NonPublic | BindingFlags.Instance)!;
            PropertyInfo[] properties = [.. part.GetType().GetProperties()];
            Assert.True(properties.Length > 0);
            foreach (PropertyInfo property in properties)
            {
                object changed = copy.Invoke(part, null)!;
                property.DeclaringType!
                    .GetField($"<{property.Name}>k__BackingField", BindingFlags.NonPublic | BindingFlags.Instance)!
                    .SetValue(changed, Other(property.PropertyType, property.GetValue(part)));
                Assert.NotNull(TrainingFingerprint.Difference(Of(part), Of(changed), startsWhereSavedEnds: false));
            }
        }

        Dictionary<string, string> Of(object part) => TrainingFingerprint.Of(network, CheckpointFolder.Images, part switch
        {
            Optimiser optimiser => options with { Optimiser = optimiser },
            Schedule schedule => options with { Schedule = schedule },
            _ => options with { Augmentation = (Augmentation)part },
        });

        static object? Other(Type type, object? value) => value switch
        {
            int number => number + 1,
            double number => number == 0 ? 0.125 : number / 2, // valid for every option
            bool flag => !flag,
            Optimiser => new Optimiser.Sgd(0.5),
            Schedule => new Schedule.Cosine(0.5),
            Augmentation => new Augmentation { Noise = 0.5 },
            Examples => CheckpointFolder.Images.Slice(0, 7),
            _ when type == typeof(string) => "other",
            _ => null,
        };
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    public void A_checkpoint_made_under_one_culture_goes_on_under_another(string culture)
    {
        Network whole = _folder.Train(CheckpointFolder.Options, null);
        Cultures.Under(culture, _folder.TrainTwoOfThreeEpochs);
        Assert.Equal(CheckpointFolder.Bits(whole), CheckpointFolder.Bits(_folder.Train(CheckpointFolder.Options)));
    }

    private static InklingException Refused(Func<Network> train)
    {
        InklingException refusal = Assert.ThrowsAny<InklingException>(train);
        Assert.DoesNotContain('\n', refusal.Message);
        Assert.Contains("checkpoint of another training", refusal.Message, StringComparison.Ordinal);
        return refusal;
    }
}
