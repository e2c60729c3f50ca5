using Inkling.Execution;
using Inkling.Execution.Stages;
using Inkling.Layers;

namespace Inkling.Tests.Networks;

/// <summary>Networks for inputs of any width compute what plain loops in double precision do, and learn strings.</summary>
public class AnyWidthTests
{
    private const string Trial =
        "1x32x* conv:16:3x3:pad1 batchnorm relu maxpool:2 conv:32:3x3:pad1 batchnorm relu maxpool:2x1 "
            + "conv:64:3x3:pad1 batchnorm relu maxpool:2x1 conv:96:3x3:pad1 batchnorm relu conv:128:4x3:pad0x1 batchnorm relu "
            + "conv:128:1x7:pad0x3 batchnorm add:2 relu conv:128:1x7:pad0x3 batchnorm add:2 relu conv:11:1x1 softmax";

    [Fact]
    public void An_architecture_of_any_width_is_a_line_of_text_and_prints_its_shapes_so()
    {
        Architecture architecture = Architecture.Parse(Trial);
        Assert.Equal(Trial, architecture.ToString());
        Assert.Equal("11x1x*", architecture.Output.ToString());
        Assert.Equal(Cost.Ctc, architecture.Cost);
        Assert.Equal(458_000, architecture.ParameterCount, 1000.0);
        Assert.Equal(160, architecture.ColumnsFor(320));
        Assert.Equal(2, architecture.MinWidth);
        Assert.Throws<ArgumentOutOfRangeException>(() => architecture.ColumnsFor(1));
        Assert.Contains("\nmaxpool:2x1               32x8x*", architecture.ToTable(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1x32x* flatten dense:10 softmax", "Layer 1, flatten, takes inputs of one width, and is given 1x32x*")]
    [InlineData("1x32x* conv:8:3x3 gap dense:10 softmax", "Layer 2, gap, takes inputs of one width, and is given 8x30x*")]
    [InlineData("1x32x* conv:11:3x3 softmax", "Layer 2, softmax, takes a vector in each column, and is given 11x30x*")]
    [InlineData("1x3x* conv:11:3x3", "The network ends in the shape 11x1x*; for inputs of any width it must end in softmax")]
    [InlineData("1x3x* conv:11:4x3 softmax", "Layer 1, conv:11:4x3, has a kernel of 4x3, larger than its input 1x3x*")]
    [InlineData("1x3x* conv:1:1x2147483647:stride1x2147483647 conv:11:3x2147483647 softmax", "too large")]
    [InlineData("1x2000000000x* conv:1:2000000000x1 softmax", "too large")]
    [InlineData("1x8x8 conv:3:3x3 relu conv:3:3x3 add:1 gap", "Layer 4, add:1, adds 3x6x6 to 3x4x4")]
    [InlineData("1x8x8 conv:1:3x3:pad1 add:1 gap", "Layer 2, add:1, begins at the network's input")]
    [InlineData("1x8x8 conv:1:3x3:pad1 relu add:1 gap", "Layer 3, add:1, begins before relu, which works in place")]
    [InlineData("1x8x8 conv:1:3x3:pad1 dropout:0.5 add:1 gap", "goes around dropout alone")]
    [InlineData("1x8x* conv:2:8x1 relu conv:2:1x3 add:1 softmax", "Layer 4, add:1, goes around layers that change the width")]
    [InlineData("1x8x8 flatten dense:5 dense:5 add:1", "is behind flatten")]
    public void What_such_a_network_cannot_be_is_refused(string text, string reason) =>
        Assert.Contains(
            reason, Assert.Throws<ArgumentException>(() => Architecture.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Ctc_and_inputs_of_any_width_go_together()
    {
        Assert.Throws<ArgumentException>(() => Architecture.Parse("7 dense:3 softmax", Cost.Ctc));
        Assert.Throws<ArgumentException>(() => Architecture.Parse("1x3x* conv:11:3x3 softmax", Cost.LogLikelihood));
        Network network = new(Architecture.Parse("1x3x* conv:3:3x3 softmax"));
        LabelledLines high = new([(new byte[40], [1])], height: 4, classes: 2), many = new([(new byte[30], [1])], height: 3);
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => network.Evaluate(high));
        Assert.Contains("1x4x*", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => network.Evaluate(many));
        LabelledLines fit = new([(new byte[30], [1])], height: 3, classes: 2);
        Assert.Throws<ArgumentException>(() => network.Train(fit, new TrainingOptions { LabelSmoothing = 0.1 }));
        Assert.Throws<ArgumentException>(() => network.FeedForward(new float[6])); // two columns; the kernel is three wide
        Assert.Throws<ArgumentException>(() => network.FeedForward(new float[10]));
    }

    [Fact]
    public void Outputs_at_each_width_are_those_of_plain_loops_whatever_is_read_with_it() => RandomCases.ForEach(300, seed =>
    {
        RandomLines c = new(seed);
        Network network = c.Network;
        PlainPass plain = new PlainNetwork(network).Forward(Numbers.Exact(c.Inputs), isTraining: false);
        float[][] together = network.Outputs(c.Lines, c.Threads);
        FrozenNetwork frozen = network.Freeze();
        for (int i = 0; i < c.Inputs.Length; i++)
        {
            float[] alone = network.FeedForward(c.Inputs[i]), read = new float[alone.Length];
            frozen.FeedForward(c.Inputs[i], read);
            Require(c, "output", plain.Output, i, ChannelsFirst(together[i], network), slack: 1);
            Require(c, "frozen output", plain.Output, i, ChannelsFirst(read, network), slack: 2);
            Assert.True(together[i].AsSpan().SequenceEqual(alone), $"{c}: alone, line {i} has other outputs.");
        }
    });

    [Fact]
    public void Costs_and_gradients_of_lines_of_different_widths_are_those_of_plain_loops() => RandomCases.ForEach(300, seed =>
    {
        RandomLines c = new(seed);
        Network network = c.Network;
        int count = c.Lines.Count;
        int[] miniBatch = [.. Enumerable.Range(0, count)];
        PlainNetwork reference = new(network);
        float[] seen = network.Parameters.Statistics.ToArray();
        using Backpropagation pass = new(network.Parameters, count, c.Threads, workWorthSharing: 0);
        Gradient stale = new(network.Architecture), gradient = new(network.Architecture);
        pass.AddGradient(c.Lines, miniBatch.Reverse().ToArray(), 1, stale.Values, seed: seed + 1); // none of its state remains
        seen.CopyTo(network.Parameters.Statistics);
        double cost = pass.AddGradient(c.Lines, miniBatch, 1f / count, gradient.Values, seed: seed) / count;

        Dictionary<int, Activations> masks = pass.DropoutMasks.ToDictionary(pair => pair.Layer, pair => pair.Masks);
        PlainPass plain = reference.Forward(
            Numbers.Exact(c.Inputs),
            isTraining: true,
            (l, i) => masks.TryGetValue(l, out Activations? mask) ? mask.ChannelsFirst(i) : []);
        (double expected, double error, Numbers slopes) = CtcOf(c, plain);
        RequireNumber(c, "cost", expected, error, cost);
        PlainGradient slope = reference.Back(plain, network.Architecture.Layers.Count - 1, slopes);
        for (int l = 0; l < gradient.WeightedLayers.Count; l++)
        {
            WeightedLayer own = gradient.WeightedLayers[l];
            RequireAll(c, $"weights {l}", slope.Weights[l], slope.WeightErrors[l], own.CopyWeights());
            if (own.HasBias)
                RequireAll(c, $"biases {l}", slope.Biases[l], slope.BiasErrors[l], own.Biases);
        }

        for (int n = 0; n < gradient.Normalisations.Count; n++)
        {
            BatchNormalisation own = gradient.Normalisations[n];
            RequireAll(c, $"scales {n}", slope.Scales[n], slope.ScaleErrors[n], own.Ordered(own.Scale));
            RequireAll(c, $"shifts {n}", slope.Shifts[n], slope.ShiftErrors[n], own.Ordered(own.Shift));
        }

        float[] after = network.Parameters.Statistics.ToArray();
        seen.CopyTo(network.Parameters.Statistics);
        using Backpropagation alone = new(network.Parameters, count);
        Gradient again = new(network.Architecture);
        Assert.Equal(cost, alone.AddGradient(c.Lines, miniBatch, 1f / count, again.Values, seed: seed) / count);
        Assert.True(gradient.Values.Span.SequenceEqual(again.Values.Span), $"{c}: other bits on one thread.");
        Assert.True(after.AsSpan().SequenceEqual(network.Parameters.Statistics), $"{c}: other statistics on one thread.");
    });

    [Fact]
    public void Saved_and_loaded_it_is_the_same_network_to_the_bit() => RandomCases.ForEach(50, seed =>
    {
        RandomLines c = new(seed);
        using MemoryStream stream = new();
        NetworkFile.ToSafetensors(c.Network).WriteTo(stream);
        Network loaded = NetworkFile.Parse(stream.ToArray(), "n.safetensors");
        Assert.Equal(c.Network.ToString(), loaded.ToString());
        Assert.Equal(c.Network.FeedForward(c.Inputs[0]), loaded.FeedForward(c.Inputs[0]));
        Assert.Equal(c.Network.Cost(c.Lines), loaded.Cost(c.Lines));
    });

    [Fact]
    public void A_network_learns_to_read_strings_to_the_same_bits_on_any_number_of_threads()
    {
        Architecture architecture = Architecture.Parse(
            "1x28x* conv:16:3x3:pad1:nobias batchnorm relu maxpool:2 conv:16:3x3:pad1:nobias batchnorm relu maxpool:2x1 "
                + "conv:32:7x3:pad0x1:nobias batchnorm relu conv:32:1x5:pad0x2:nobias batchnorm add:2 relu conv:11:1x1 softmax");
        LabelledLines lines = Strings(400, seed: 1);
        Network[] trained = [.. new[] { 1, 3 }.Select(threads =>
        {
            Network network = new(architecture, seed: 1);
            network.Train(lines, new TrainingOptions
            {
                Epochs = 12,
                MiniBatchSize = 20,
                LearningRate = 0.01,
                Optimiser = new Optimiser.Adam(),
                Schedule = new Schedule.OneCycle(),
                Threads = threads,
            });
            return network;
        })];
        Assert.True(trained[0].Parameters.Span.SequenceEqual(trained[1].Parameters.Span));
        Assert.True(trained[0].Parameters.Statistics.SequenceEqual(trained[1].Parameters.Statistics));
        Score score = trained[0].Evaluate(Strings(100, seed: 2));
        Assert.True(score.Correct >= 80, $"{score.Correct} of 100 strings were read.");
    }

    [Fact]
    public void A_frozen_network_makes_room_once_for_the_widest_line()
    {
        FrozenNetwork frozen = new Network(Architecture.Parse(Trial)).Freeze();
        float[] line = new float[32 * 500], outputs = new float[11 * 250];
        Read(500);
        int before = frozen.Builds;
        for (int width = 100; width <= 500; width += 57)
            Read(width);
        Assert.Equal(before, frozen.Builds);
        Assert.Equal(1, frozen.PassesMade);

        void Read(int width) => frozen.FeedForward(line.AsSpan(0, 32 * width), outputs.AsSpan(0, 11 * frozen.ColumnsFor(width)));
    }

    /// <summary>Generated digits side by side, up to four of them.</summary>
    private static LabelledLines Strings(int count, int seed)
    {
        LabelledImages digits = GeneratedDigits.Create(4 * count, seed);
        return new LabelledLines(Enumerable.Range(0, count).Select(i => Line(digits, 4 * i, 1 + i % 4)), height: 28);
    }

    private static (byte[] Pixels, byte[] Label) Line(LabelledImages digits, int first, int length)
    {
        byte[] pixels = new byte[28 * 28 * length];
        for (int d = 0; d < length; d++)
        {
            for (int y = 0; y < 28; y++)
                digits.Pixels(first + d).Slice(28 * y, 28).CopyTo(pixels.AsSpan(28 * (y * length + d)));
        }

        return (pixels, digits.Labels.Slice(first, length).ToArray());
    }

    /// <summary>The mean cost, its error, and its slopes with respect to the weighted inputs of softmax.</summary>
    private static (double Cost, double Error, Numbers Slopes) CtcOf(RandomLines c, PlainPass plain)
    {
        Numbers output = plain.Output, slopes = output.Like();
        int count = c.Lines.Count, classes = c.Lines.OutputSize;
        double sum = 0, errors = 0;
        for (int i = 0; i < count; i++)
        {
            int columns = output.Value[i].Length / classes;
            double[][] a = [.. Enumerable.Range(0, columns).Select(
                t => Enumerable.Range(0, classes).Select(k => output.Value[i][k * columns + t]).ToArray())];
            (double cost, double[][] shares) = PlainCtc.Of(a, c.Lines.LabelOf(i).ToArray());
            double relative = Enumerable.Range(0, columns).Sum(t => Enumerable.Range(0, classes).Max(
                k => output.Error[i][k * columns + t] / output.Value[i][k * columns + t] + Numbers.U));
            sum += cost;
            errors += relative;
            for (int t = 0; t < columns; t++)
            {
                for (int k = 0; k < classes; k++)
                {
                    int at = k * columns + t;
                    slopes.Value[i][at] = (a[t][k] - shares[t][k]) / count;
                    slopes.Error[i][at] = (output.Error[i][at] + 2 * shares[t][k] * relative + Numbers.U) / count;
                }
            }
        }

        return (sum / count, errors / count, slopes);
    }

    private static float[] ChannelsFirst(float[] outputs, Network network)
    {
        int classes = network.Architecture.Output.Size, columns = outputs.Length / classes;
        return [.. Enumerable.Range(0, outputs.Length).Select(i => outputs[i % columns * classes + i / columns])];
    }

    private static void Require(RandomLines c, string what, Numbers expected, int item, float[] actual, double slack) =>
        RequireAll(c, $"{what} of line {item}", expected.Value[item], [.. expected.Error[item].Select(e => e * slack)], actual);

    private static void RequireAll(RandomLines c, string what, double[] expected, double[] errors, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int k = 0; k < expected.Length; k++)
            RequireNumber(c, $"{what}, number {k},", expected[k], errors[k], actual[k]);
    }

    private static void RequireNumber(RandomLines c, string what, double expected, double error, double actual)
    {
        if (Numbers.Miss(expected, error, actual) > 1)
            Assert.Fail(
                $"{c}: the {what} is {actual:R} and should be {expected:R}, give or take {Numbers.Slack * error:0.###e0}.");
    }
}
