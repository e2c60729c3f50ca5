using Inkling.Execution;
using Inkling.Execution.Stages;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Tests.Networks;

/// <summary>
/// Networks of random valid architectures compute what plain loops in double precision do: outputs, costs and gradients,
/// also when frozen, or saved and loaded. The allowed deviation of a number follows from how it is computed
/// (<see cref="Numbers"/>).
/// </summary>
public class RandomArchitectureTests
{
    [Fact]
    public void Outputs_and_costs_are_those_of_plain_loops_in_double_precision() => RandomCases.ForEach(1500, seed =>
    {
        Case c = new(seed);
        PlainPass plain = c.Plain.Forward(Numbers.Exact(c.Random.Inputs), isTraining: false);
        Network network = c.Random.Network;
        float[][] outputs = network.Outputs(c.Random.Examples, c.Random.Threads);
        FrozenNetwork frozen = network.Freeze();
        float[] all = [.. c.Random.Inputs.SelectMany(x => x)], together = new float[outputs.Length * frozen.OutputSize],
            shared = new float[together.Length], alone = new float[frozen.OutputSize];
        frozen.FeedForward(all, together);
        frozen.FeedForward(all, shared, c.Random.Threads);
        for (int i = 0; i < outputs.Length; i++)
        {
            c.Require("output", plain.Output, i, outputs[i]);
            float[] single = network.FeedForward(c.Random.Inputs[i]);
            c.Require("FeedForward", plain.Output, i, single);
            // slack: folding rounds the weights once more
            c.Require("frozen output", plain.Output, i, together.AsSpan(i * alone.Length, alone.Length), slack: 2);
            frozen.FeedForward(c.Random.Inputs[i], alone);
            c.RequireSame("frozen, alone and together", alone, together.AsSpan(i * alone.Length, alone.Length));
        }

        c.RequireSame("frozen, on several threads", together, shared);
        network.Clone().FreezeInPlace().FeedForward(all, shared);
        c.RequireSame("frozen in place", together, shared);
        (double cost, double error) = c.Plain.CostOf(plain, c.Random.Targets);
        c.Require("cost", cost, error, network.Cost(c.Random.Examples));
    });

    [Fact]
    public void Every_gradient_is_that_of_plain_loops_in_double_precision_on_any_number_of_threads()
        => RandomCases.ForEach(1500, seed =>
    {
        Case c = new(seed);
        Network network = c.Random.Network;
        int size = c.Random.MiniBatchSize;
        int[] miniBatch = [.. Enumerable.Range(0, size)], other = [.. Enumerable.Range(0, c.Random.Inputs.Length).Reverse()];
        float[] seen = network.Parameters.Statistics.ToArray();
        using Backpropagation pass =
            new(network.Parameters, c.Random.Inputs.Length, c.Random.Threads, c.Random.Examples.IsSparse, workWorthSharing: 0);
        Gradient stale = new(network.Architecture), gradient = new(network.Architecture);
        // Another mini-batch first, to show that none of its state remains.
        pass.AddGradient(c.Random.Examples, other, 1, stale.Values, seed: seed + 1);
        seen.CopyTo(network.Parameters.Statistics);
        gradient.Cost = pass.AddGradient(c.Random.Examples, miniBatch, 1f / size, gradient.Values, seed: seed) / size;

        Dictionary<int, Activations> masks = pass.DropoutMasks.ToDictionary(pair => pair.Layer, pair => pair.Masks);
        float[][] targets = c.Random.Targets[..size];
        PlainPass plain = c.Plain.Forward(
            Numbers.Exact(c.Random.Inputs[..size]),
            isTraining: true,
            (l, i) => masks.TryGetValue(l, out Activations? mask) ? mask.ChannelsFirst(i) : []);
        (double cost, double error) = c.Plain.CostOf(plain, targets);
        c.Require("training cost", cost, error, gradient.Cost);
        c.RequireGradient(c.Plain.Back(plain, targets), gradient);
        c.RequireStatistics(plain, seen);
        c.RequireMasks(masks);

        float[] after = network.Parameters.Statistics.ToArray();
        seen.CopyTo(network.Parameters.Statistics);
        using Backpropagation alone = new(network.Parameters, c.Random.Inputs.Length, threads: 1, c.Random.Examples.IsSparse);
        Gradient again = new(network.Architecture);
        again.Cost = alone.AddGradient(c.Random.Examples, miniBatch, 1f / size, again.Values, seed: seed) / size;
        c.RequireSame("gradient on one thread", gradient.Values.Span, again.Values.Span);
        c.RequireSame("statistics on one thread", after, network.Parameters.Statistics);
        Assert.Equal(gradient.Cost, again.Cost);
    });

    [Fact]
    public void A_step_goes_down_the_gradient() => RandomCases.ForEach(300, seed =>
    {
        Case c = new(seed);
        if (c.Random.Network.Architecture.Layers.OfType<Layer.Dropout>().Any())
            return; // the dropout masks that UpdateMiniBatch draws cannot be read
        int size = c.Random.MiniBatchSize;
        PlainPass plain = c.Plain.Forward(Numbers.Exact(c.Random.Inputs[..size]), isTraining: true);
        PlainGradient expected = c.Plain.Back(plain, c.Random.Targets[..size]);
        Network network = c.Random.Network.Clone();
        const double Eta = 0.5;
        network.UpdateMiniBatch(c.Random.Examples, [.. Enumerable.Range(0, size)], Eta);
        for (int l = 0; l < network.WeightedLayers.Count; l++)
        {
            c.Require(
                $"stepped weight of layer {l}",
                Step(c.Plain.Weights[l], expected.Weights[l]),
                Errors(c.Plain.Weights[l], expected.WeightErrors[l]),
                network.WeightedLayers[l].CopyWeights());
            if (network.WeightedLayers[l].HasBias)
                c.Require(
                    $"stepped bias of layer {l}",
                    Step(c.Plain.Biases[l], expected.Biases[l]),
                    Errors(c.Plain.Biases[l], expected.BiasErrors[l]),
                    network.WeightedLayers[l].Biases);
        }

        static double[] Step(double[] from, double[] slope) => [.. from.Zip(slope, (w, g) => w - Eta * g)];
        static double[] Errors(double[] from, double[] errors)
            => [.. from.Zip(errors, (w, e) => Eta * e + Numbers.U * Math.Abs(w) * 4)];
    });

    [Fact]
    public void The_gradient_of_an_output_with_respect_to_the_input_is_that_of_plain_loops() => RandomCases.ForEach(300, seed =>
    {
        Case c = new(seed);
        Architecture architecture = c.Random.Network.Architecture;
        int output = (int)(seed % architecture.Output.Size);
        InputGradient gradient = InputGradient.Of(c.Random.Network, c.Random.Inputs[0], output);
        PlainPass plain = c.Plain.Forward(Numbers.Exact(c.Random.Inputs[..1]), isTraining: false);
        int last = architecture.Layers.Count - (architecture.Layers[^1] is Layer.Softmax or Layer.Activation ? 1 : 0);
        Numbers one = new(1, architecture.Output.Size);
        one.Value[0][output] = 1;
        PlainGradient expected = c.Plain.Back(plain, last, one);
        for (int l = 0; l <= architecture.Layers.Count; l++)
            c.Require($"value before layer {l}", plain.Values[l], 0, gradient.Values[l]);
        for (int l = 0; l <= last; l++)
            c.Require($"input gradient before layer {l}", expected.Values[l]!, 0, gradient.Gradients[l]);
    });

    [Fact]
    public void A_trace_shows_what_plain_loops_compute_images_with_their_channels_first() => RandomCases.ForEach(300, seed =>
    {
        Case c = new(seed);
        IReadOnlyList<Layer> layers = c.Random.Network.Architecture.Layers;
        PlainPass plain = c.Plain.Forward(Numbers.Exact(c.Random.Inputs[..1]), isTraining: false);
        ForwardTrace trace = c.Random.Network.Trace(c.Random.Inputs[0]);
        int[] weighted =
            [.. layers.Index().Where(layer => layer.Item is Layer.Dense or Layer.Convolution).Select(layer => layer.Index + 1)];
        int[] active =
        [
            0,
            .. layers.Index().Where(layer => layer.Item is Layer.Activation or Layer.Softmax).Select(layer => layer.Index + 1)
        ];
        if (active[^1] != layers.Count)
            active = [.. active, layers.Count];
        Assert.Equal((weighted.Length, active.Length), (trace.WeightedInputs.Count, trace.Activations.Count));
        foreach ((int at, int l) in weighted.Index())
            c.Require($"traced weighted input of layer {l}", plain.Values[l], 0, trace.WeightedInputs[at]);
        foreach ((int at, int l) in active.Index())
            c.Require($"traced activation behind layer {l}", plain.Values[l], 0, trace.Activations[at]);
    });

    [Fact]
    public void Saved_and_loaded_it_is_the_same_network_to_the_bit() => RandomCases.ForEach(300, seed =>
    {
        RandomArchitecture random = RandomArchitecture.Of(seed);
        using MemoryStream stream = new();
        NetworkFile.ToSafetensors(random.Network).WriteTo(stream);
        Network loaded = NetworkFile.Parse(stream.ToArray(), "n.safetensors");
        Assert.Equal((random.Network.ToString(), random.Network.Temperature), (loaded.ToString(), loaded.Temperature));
        Assert.True(random.Network.Parameters.Span.SequenceEqual(loaded.Parameters.Span), $"The parameters of {random} differ.");
        Assert.True(
            random.Network.Parameters.Statistics.SequenceEqual(loaded.Parameters.Statistics),
            $"The statistics of {random} differ.");
        Assert.Equal(random.Network.FeedForward(random.Inputs[0]), loaded.FeedForward(random.Inputs[0]));
    });

    [Fact]
    public void The_plain_loops_gradients_are_what_central_differences_of_their_cost_say()
    {
        int compared = 0, smooth = 0;
        Lock gate = new();
        RandomCases.ForEach(200, seed =>
        {
            RandomArchitecture random = RandomArchitecture.Of(seed, maxWork: 3000);
            PlainNetwork plain = new(random.Network);
            (float[] X, float[] Y)[] batch = [.. random.Inputs.Zip(random.Targets).Take(random.MiniBatchSize)];
            PlainGradient gradient = plain.Back(
                plain.Forward(Numbers.Exact([.. batch.Select(example => example.X)]), isTraining: true),
                [.. batch.Select(example => example.Y)]);
            RandomStream pick = new(seed);
            foreach ((double[][] parameters, double[][] slopes) in new[]
            {
                (plain.Weights, gradient.Weights), (plain.Biases, gradient.Biases), (plain.Scales, gradient.Scales),
                (plain.Shifts, gradient.Shifts)
            })
            {
                for (int l = 0; l < parameters.Length; l++)
                {
                    for (int n = 0; n < Math.Min(8, parameters[l].Length); n++)
                    {
                        int k = pick.NextInt32(parameters[l].Length);
                        (double below, double above) = SlopesAround(plain, parameters[l], k, batch, h: 1e-6);
                        (double farBelow, double farAbove) = SlopesAround(plain, parameters[l], k, batch, h: 1e-5);
                        double slope = (below + above) / 2, allowed = 1e-5 + 1e-4 * Math.Abs(slope);
                        // No kink of a ReLU or a maximum between them, and no rounding, which is less over a wider difference: a
                        // normalisation of equal numbers makes much of it.
                        bool isSmooth = Math.Abs(above - below) < allowed
                            && Math.Abs((farBelow + farAbove) / 2 - slope) < allowed / 4;
                        lock (gate)
                            (compared, smooth) = (compared + 1, smooth + (isSmooth ? 1 : 0));
                        if (isSmooth && Math.Abs(slope - slopes[l][k]) > allowed)
                            Assert.Fail(
                                $"{random}: the slope of layer {l}'s parameter {k} is {slopes[l][k]}; "
                                    + $"central differences say {slope}.");
                    }
                }
            }
        });
        Assert.True(smooth > 0.7 * compared, $"Of {compared} slopes only {smooth} could be compared.");
    }

    private static (double Below, double Above) SlopesAround(
        PlainNetwork plain, double[] parameters, int k, (float[], float[])[] batch, double h)
    {
        double at = parameters[k], middle = plain.Cost(batch);
        parameters[k] = at + h;
        double above = plain.Cost(batch);
        parameters[k] = at - h;
        double below = plain.Cost(batch);
        parameters[k] = at;
        return ((middle - below) / h, (above - middle) / h);
    }

    /// <summary>A random case, and the assertions that name it where they fail.</summary>
    private sealed class Case
    {
        public Case(long seed)
        {
            Random = RandomArchitecture.Of(seed);
            Plain = new PlainNetwork(Random.Network);
        }

        public RandomArchitecture Random { get; }

        /// <summary>The network with its initial parameters.</summary>
        public PlainNetwork Plain { get; }

        public void Require(string what, double expected, double error, double actual)
        {
            if (Numbers.Miss(expected, error, actual) > 1)
                Assert.Fail(
                    $"{Random}: the {what} is {actual:R} and should be {expected:R}, "
                        + $"give or take {Numbers.Slack * error:0.###e0}.");
        }

        public void Require(string what, double[] expected, double[] errors, ReadOnlySpan<float> actual, double slack = 1)
        {
            Assert.Equal(expected.Length, actual.Length);
            for (int k = 0; k < expected.Length; k++)
                Require($"{what}, number {k},", expected[k], slack * errors[k], actual[k]);
        }

        public void Require(string what, Numbers expected, int item, ReadOnlySpan<float> actual, double slack = 1) =>
            Require($"{what} of item {item}", expected.Value[item], expected.Error[item], actual, slack);

        public void RequireSame(string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
        {
            if (!expected.SequenceEqual(actual))
                Assert.Fail($"{Random}: {what}: not the same bits.");
        }

        public void RequireGradient(PlainGradient expected, Gradient gradient)
        {
            for (int l = 0; l < gradient.WeightedLayers.Count; l++)
            {
                Require(
                    $"gradient of weights {l}",
                    expected.Weights[l],
                    expected.WeightErrors[l],
                    gradient.WeightedLayers[l].CopyWeights());
                if (gradient.WeightedLayers[l].HasBias)
                    Require(
                        $"gradient of biases {l}",
                        expected.Biases[l],
                        expected.BiasErrors[l],
                        gradient.WeightedLayers[l].Biases);
            }

            for (int n = 0; n < gradient.Normalisations.Count; n++)
            {
                BatchNormalisation own = gradient.Normalisations[n];
                Require($"gradient of scales {n}", expected.Scales[n], expected.ScaleErrors[n], own.Ordered(own.Scale));
                Require($"gradient of shifts {n}", expected.Shifts[n], expected.ShiftErrors[n], own.Ordered(own.Shift));
            }
        }

        /// <summary>Running statistics move a tenth of the way to the mini-batch's mean and unbiased variance.</summary>
        public void RequireStatistics(PlainPass plain, ReadOnlySpan<float> before)
        {
            int n = 0;
            for (int l = 0; l < plain.Statistics.Length; l++)
            {
                if (plain.Statistics[l] is not { } found)
                    continue;
                BatchNormalisation own = Random.Network.Normalisations[n];
                double count = plain.Values[l].Value.Sum(item => item.Length) / found.Mean.Length,
                    unbiased = count / Math.Max(1, count - 1);
                Require(
                    $"running mean {n}",
                    Moved(Plain.Means[n], found.Mean, 1),
                    Errors(Plain.Means[n], found.MeanError, found.Mean, 1),
                    own.Ordered(own.RunningMean));
                Require(
                    $"running variance {n}",
                    Moved(Plain.Variances[n], found.Variance, unbiased),
                    Errors(Plain.Variances[n], found.VarianceError, found.Variance, unbiased),
                    own.Ordered(own.RunningVariance));
                n++;
            }

            Assert.Equal(before.Length, Random.Network.Parameters.Statistics.Length);

            static double[] Moved(double[] from, double[] to, double factor)
                => [.. from.Zip(to, (a, b) => a + 0.1 * (b * factor - a))];
            static double[] Errors(double[] from, double[] errors, double[] to, double factor) =>
                [.. from.Select((a, c) => 0.1 * factor * errors[c] + 2 * Numbers.U * (Math.Abs(a) + factor * Math.Abs(to[c])))];
        }

        /// <summary>Dropout's factors are 0, or 1 / (1 - rate) with the rate rounded down to a multiple of 1/65536.</summary>
        public void RequireMasks(Dictionary<int, Activations> masks)
        {
            foreach ((int l, Activations mask) in masks)
            {
                double rate = ((Layer.Dropout)Random.Network.Architecture.Layers[l]).Rate,
                    drawn = Math.Floor(rate * 65536) / 65536;
                float kept = (float)(1 / (1 - drawn));
                for (int i = 0; i < Random.MiniBatchSize; i++)
                    Assert.All(
                        mask.ChannelsFirst(i),
                        number => Assert.True(
                            number == 0 || Math.Abs(number - kept) <= 1e-6 * kept,
                            $"{Random}: dropout multiplies with {number}."));
            }
        }
    }
}
