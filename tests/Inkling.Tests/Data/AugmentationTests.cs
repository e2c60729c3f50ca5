using CsCheck;
using Inkling.Data;

namespace Inkling.Tests.Data;

/// <summary>Augmentation of training images.</summary>
public class AugmentationTests
{
    private static readonly LabelledImages Digits = GeneratedDigits.Create(20, seed: 1);

    private static readonly Augmentation Everything = new()
    {
        Shift = 2,
        Rotation = 15,
        Scale = 0.15,
        Shear = 0.2,
        Elastic = 34,
        Thickness = 1,
        WidthNormalisation = 0.5,
        Erasing = 0.5,
        Noise = 0.1,
    };

    [Fact]
    public void With_all_amounts_at_0_images_stay_as_they_are()
    {
        float[] image = Image(3), changed = Changed(new Augmentation(), 3, seed: 1);
        Assert.All(image.Zip(changed), pixel => Assert.Equal(pixel.First, pixel.Second, 1e-6f));
    }

    [Fact]
    public void The_same_seed_makes_the_same_change_and_another_seed_another()
    {
        Assert.Equal(Changed(Everything, 3, seed: 1), Changed(Everything, 3, seed: 1));
        Assert.NotEqual(Changed(Everything, 3, seed: 1), Changed(Everything, 3, seed: 2));
        Assert.NotEqual(
            Changed(Everything with { Erasing = 0 }, 3, seed: 1),
            Changed(Everything with { Erasing = 0, Elastic = 0 }, 3, seed: 1));
    }

    [Fact]
    public void Pixels_stay_between_paper_and_ink() =>
        Gen.Int.Sample(seed => Assert.All(Changed(Everything, seed & 7, seed), pixel => Assert.InRange(pixel, 0, 1)));

    [Fact]
    public void A_shift_moves_the_digit_by_so_many_pixels_at_most_and_each_way()
    {
        (double x, double y) = Centre(Image(5));
        (double X, double Y)[] moved =
        [
            .. Enumerable.Range(0, 200)
                .Select(seed => Centre(Changed(new Augmentation { Shift = 2 }, 5, seed)))
                .Select(centre => (centre.X - x, centre.Y - y))
        ];
        Assert.All(moved, by => Assert.InRange(Math.Max(Math.Abs(by.X), Math.Abs(by.Y)), 0, 2.05));
        Assert.InRange(moved.Average(by => by.X), -0.35, 0.35);
        Assert.InRange(moved.Max(by => by.Y), 1.7, 2.05);
    }

    [Fact]
    public void A_thicker_pen_leaves_more_ink_and_a_thinner_one_less()
    {
        double before = Image(5).Sum();
        double[] after =
            [.. Enumerable.Range(0, 50).Select(seed => (double)Changed(new Augmentation { Thickness = 1 }, 5, seed).Sum())];
        Assert.True(after.Max() > 1.3 * before);
        Assert.True(after.Min() < 0.75 * before);
    }

    [Fact]
    public void A_normalised_width_changes_how_wide_the_digit_is_and_not_how_high()
    {
        int[] widths =
            [.. Enumerable.Range(0, 60).Select(seed => Width(Changed(new Augmentation { WidthNormalisation = 1 }, 5, seed)))];
        Assert.True(widths.Min() <= 13);
        Assert.True(widths.Max() >= 18);
        Assert.Single(Enumerable.Range(0, 60).Select(
            seed => Height(Changed(new Augmentation { WidthNormalisation = 1 }, 5, seed))).Distinct());
    }

    [Fact]
    public void Elastic_distortion_bends_by_as_many_pixels_as_its_strength_and_smoothness_say()
    {
        // Smoothed uniform noise from -1 to 1 has the standard deviation 1/√3 · √Σg² = 1/√3 / (2σ√π): with σ = 4, times 34
        // pixels, that is 1.4.
        float[] field = new float[ElasticField.Length];
        double squares = 0;
        for (int seed = 0; seed < 50; seed++)
        {
            ElasticField.Fill(field, 28, 28, strength: 34, smoothness: 4, new Inkling.Numerics.RandomStream(seed));
            for (int y = 10; y < 18; y++)
                squares += field.AsSpan(y * ElasticField.Side + 10, 8).ToArray().Sum(d => (double)d * d) / (50 * 64);
        }

        Assert.Equal(34 / Math.Sqrt(3) / (8 * Math.Sqrt(Math.PI)), Math.Sqrt(squares), 0.15);
    }

    [Fact]
    public void Images_too_large_for_it_are_refused()
        => Assert.Throws<ArgumentException>(() => Everything.Apply(new float[65 * 65], 65, 65, 1, 1));

    [Fact]
    public void Moved_images_lose_what_leaves_them()
    {
        LabelledImages moved = Digits.Moved(1, -2);
        Assert.Equal(Digits.Pixels(3)[(10 * 28) + 9], moved.Pixels(3)[(8 * 28) + 10]);
        Assert.All(moved.Pixels(3)[(26 * 28)..].ToArray(), pixel => Assert.Equal(0, pixel));
        Assert.Equal(Digits.Labels.ToArray(), moved.Labels.ToArray());
    }

    [Fact]
    public void An_ensembles_opinion_can_take_the_labels_place()
    {
        Network[] networks = [new([784, 10], seed: 1), new([784, 10], seed: 2), new([784, 10], seed: 3)];
        Ensemble ensemble = new(networks);
        float[][] opinion = ensemble.MeanConfidences(Digits);
        LabelledImages taught = Digits.WithTargets(opinion);
        float[] target = new float[10];
        taught.Slice(4, 2).Concat(Digits).CopyTarget(1, target);
        Assert.Equal(opinion[5], target);
        Assert.Equal(1, target.Sum(), 1e-5);
        Assert.Equal(Digits.Labels[5], taught.ClassOf(5));
        Assert.All(ensemble.Votes(Digits), votes => Assert.Equal(3, votes.Sum()));
        Assert.All(
            ensemble.MeanConfidences(Digits, new Augmentation { Shift = 1 }, copies: 2),
            confidences => Assert.Equal(1, confidences.Sum(), 1e-5));
        Assert.Throws<ArgumentException>(() => new Ensemble([networks[0], new Network([784, 9])]));
    }

    private static float[] Image(int index)
    {
        float[] image = new float[784];
        Digits.CopyInput(index, image);
        return image;
    }

    private static float[] Changed(Augmentation augmentation, int index, long seed)
    {
        float[] image = Image(index);
        augmentation.Apply(image, 28, 28, seed, index);
        return image;
    }

    private static (double X, double Y) Centre(float[] image)
    {
        double ink = image.Sum();
        return (image.Select((v, i) => v * (i % 28)).Sum() / ink, image.Select((v, i) => v * (i / 28)).Sum() / ink);
    }

    private static int Height(float[] image)
    {
        int[] rows = [.. Enumerable.Range(0, 784).Where(i => image[i] > 0.3).Select(i => i / 28)];
        return rows.Max() - rows.Min() + 1;
    }

    [Fact]
    public void The_last_epochs_can_see_the_images_as_they_are()
    {
        LabelledImages images = GeneratedDigits.Create(40);
        float[] never = Trained(null, plainEpochs: 0), last = Trained(Everything, plainEpochs: 1),
            all = Trained(Everything, plainEpochs: 2);
        Assert.Equal(never, all);
        Assert.NotEqual(never, last);
        Assert.NotEqual(Trained(Everything, plainEpochs: 0), last);

        float[] Trained(Augmentation? augmentation, int plainEpochs)
        {
            Network network = new(Architecture.Parse("1x28x28 conv:4:5x5:stride2 relu flatten dense:10 softmax"));
            network.Train(
                images,
                new TrainingOptions
                {
                    Epochs = 2, LearningRate = 0.1, Augmentation = augmentation, PlainEpochs = plainEpochs,
                    OnEpoch = _ => { }
                },
                TestContext.Current.CancellationToken);
            return network.WeightedLayers[0].CopyWeights();
        }
    }

    private static int Width(float[] image)
    {
        int[] columns = [.. Enumerable.Range(0, 784).Where(i => image[i] > 0.3).Select(i => i % 28)];
        return columns.Max() - columns.Min() + 1;
    }
}
