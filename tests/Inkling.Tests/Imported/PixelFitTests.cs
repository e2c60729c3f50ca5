namespace Inkling.Tests.Imported;

/// <summary>Networks that were trained on pixels that are not from 0 to 1.</summary>
public sealed class PixelFitTests
{
    private static readonly Dictionary<string, PixelNormalisation> Normalisations = new(StringComparer.Ordinal)
    {
        ["unit"] = PixelNormalisation.Unit,
        ["bytes"] = PixelNormalisation.Bytes,
        ["mnist"] = PixelNormalisation.Mnist,
        ["symmetric"] = PixelNormalisation.Symmetric,
        ["inverted"] = new(0, 1, isInverted: true),
        ["inverted mnist"] = new(0.1307, 0.3081, isInverted: true),
    };

    public static TheoryData<string, string> Cases
    {
        get
        {
            TheoryData<string, string> cases = [];
            foreach (string architecture in new[]
            {
                "784 dense:6 relu dense:3 softmax",
                "1x28x28 flatten dense:6:nobias tanh dense:3:nobias softmax",
                "1x28x28 conv:2:5x5 relu gap dense:3 softmax",
                "1x28x28 conv:2:5x5:pad2 relu gap dense:3 softmax", // padding with zeros of what is normalised
                "1x28x28 conv:2:5x5:pad2:nobias batchnorm relu maxpool:2 gap dense:3 softmax",
                "1x28x28 maxpool:2 conv:2:3x3 relu gap dense:3 softmax",
                "1x28x28 batchnorm conv:2:3x3 relu gap dense:3 softmax",
                "1x28x28 dropout:0.5 conv:1:1x1 add:1 gap dense:3 softmax", // pixels themselves are added
            })
            {
                foreach (string normalisation in Normalisations.Keys)
                    cases.Add(architecture, normalisation);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_network_with_a_normalisation_gives_for_pixels_what_it_gave_for_normalised_ones(
        string architecture, string normalisation)
    {
        Network network = new(Architecture.Parse(architecture), seed: 3);
        PixelNormalisation seen = Normalisations[normalisation];
        float[] pixels = [.. Enumerable.Range(0, 784).Select(i => i * 37 % 101 / 100f)];
        float[] normalised =
        [
            .. pixels.Select(pixel => (float)(((seen.IsInverted ? 1 - pixel : pixel) - seen.Mean) / seen.Deviation))
        ];
        Network scaled = network.WithNormalisation(seen);
        float[] expected = network.FeedForward(normalised), actual = scaled.FeedForward(pixels);
        float[] frozen = new float[expected.Length];
        scaled.Freeze().FeedForward(pixels, frozen);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 2e-4);
            Assert.Equal(expected[i], frozen[i], 2e-4);
        }
    }

    [Fact]
    public void A_fully_connected_network_keeps_its_layers_so_that_every_format_can_hold_it()
    {
        Network network = new([784, 30, 10], seed: 3);
        Network scaled = network.WithNormalisation(PixelNormalisation.Mnist);
        Assert.Equal(network.Architecture.ToString(), scaled.Architecture.ToString());
    }

    [Fact]
    public void Training_goes_on_from_where_a_network_with_a_normalisation_is()
    {
        // Behind padding the normalisation is a batch normalisation, which normalises by the mini-batch while it learns.
        LabelledImages digits = GeneratedDigits.Create(64, seed: 5);
        Network network = new(Architecture.Parse("1x28x28 conv:4:5x5:pad2 relu maxpool:2 flatten dense:10 softmax"), seed: 3);
        Network scaled = network.WithNormalisation(PixelNormalisation.Mnist.Inverted());
        Assert.StartsWith("1x28x28 batchnorm conv", scaled.Architecture.ToString(), StringComparison.Ordinal);
        double cost = scaled.Cost(digits), mean = scaled.GradientOf(digits).Cost;
        Assert.True(Math.Abs(mean - cost) < 0.2 * cost, $"{mean} while it learns, {cost} when it reads");
    }

    [Theory]
    [InlineData("unit", "784 dense:60 relu dense:10 softmax")]
    [InlineData("bytes", "784 dense:60 relu dense:10 softmax")]
    [InlineData("mnist", "784 dense:60 relu dense:10 softmax")]
    [InlineData("symmetric", "784 dense:60 sigmoid dense:10 sigmoid")]
    [InlineData("inverted", "784 dense:60 relu dense:10 softmax")]
    [InlineData("inverted mnist", "784 dense:60 relu dense:10 softmax")]
    public void The_normalisation_that_a_network_was_trained_with_is_found(string normalisation, string architecture)
    {
        PixelNormalisation seen = Normalisations[normalisation];
        LabelledImages digits = GeneratedDigits.Create(3000, seed: 5);
        VectorExamples normalised = new(Enumerable.Range(0, digits.Count).Select(i =>
        {
            float[] input =
            [
                .. digits.Pixels(i).ToArray().Select(pixel => pixel / 255.0).Select(
                    pixel => (float)(((seen.IsInverted ? 1 - pixel : pixel) - seen.Mean) / seen.Deviation))
            ];
            float[] target = new float[10];
            digits.CopyTarget(i, target);
            return (input, target);
        }));
        Network network = new(Architecture.Parse(architecture), seed: 3);
        network.Train(normalised, new TrainingOptions
        {
            Epochs = 4,
            MiniBatchSize = 20,
            LearningRate = normalisation == "bytes" ? 0.0003 : 0.002,
            Optimiser = new Optimiser.Adam(),
            OnEpoch = _ => { }
        });
        PixelFit fit = PixelFit.Of(network);
        Assert.True(fit.Fits, $"{fit}");
        Network read = network.WithNormalisation(fit.Normalisation);
        Assert.Equal(seen.IsInverted, fit.Normalisation.IsInverted);
        Assert.True(read.Evaluate(digits).Accuracy > network.Evaluate(normalised).Accuracy - 0.03, $"{fit}");
    }

    [Fact]
    public void A_network_that_reads_no_digits_is_left_as_it_is()
    {
        PixelFit fit = PixelFit.Of(new Network([784, 30, 10], seed: 3));
        Assert.False(fit.Fits, $"{fit}");
        Assert.Same(PixelNormalisation.Unit, fit.Normalisation);
        Assert.Throws<ArgumentException>(() => PixelFit.Of(new Network([100, 10])));
    }

    [Fact]
    public void The_bundled_networks_take_pixels_from_0_to_1()
    {
        foreach (string name in BundledModels.Names)
        {
            PixelFit fit = PixelFit.Of(BundledModels.Load(name));
            Assert.True(fit.Fits && fit.Normalisation == PixelNormalisation.Unit, $"{name}: {fit}");
        }
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(double.NaN, 1)]
    [InlineData(0, double.PositiveInfinity)]
    public void A_normalisation_that_divides_by_nothing_is_refused(double mean, double deviation) =>
        Assert.Throws<ArgumentException>(() => new PixelNormalisation(mean, deviation));
}
