using CsCheck;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Tests.Networks;

public class NetworkTests
{
    private static readonly Gen<(int[] Sizes, int Seed)> Networks = Gen.Select(Gen.Int[1, 20].Array[2, 5], Gen.Int);

    [Fact]
    public void Outputs_equal_those_of_the_seeds_formula_in_double_precision()
    {
        Networks.Sample(n =>
        {
            Network network = new(n.Sizes, n.Seed);
            float[] input = Vector(n.Sizes[0], n.Seed);
            double[] expected = new ReferenceNetwork(network).FeedForward(input);
            float[] outputs = network.FeedForward(input);
            Assert.Equal(expected.Length, outputs.Length);
            Assert.All(outputs.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
        });
    }

    [Fact]
    public void The_gradient_agrees_with_central_differences_in_double_precision_for_every_weight_and_bias()
    {
        Networks.Sample(
            n =>
            {
                Network network = new(n.Sizes, n.Seed);
                float[] input = Vector(n.Sizes[0], n.Seed), target = Vector(n.Sizes[^1], n.Seed + 1);
                ReferenceNetwork reference = new(network);
                Gradient gradient = network.Backpropagate(input, target);
                Assert.Equal(reference.Cost(input, target), gradient.Cost, 1e-5);
                for (int l = 0; l < network.WeightedLayers.Count; l++)
                {
                    for (int j = 0; j < network.WeightedLayers[l].Neurons; j++)
                    {
                        WeightedLayer own = gradient.WeightedLayers[l];
                        Assert.Equal(reference.Slope(reference.Biases[l], j, input, target), own.Biases[j], 2e-6);
                        for (int k = 0; k < network.WeightedLayers[l].Inputs; k++)
                            Assert.Equal(
                                reference.Slope(reference.Weights[l][j], k, input, target), own[j, k], 2e-6);
                    }
                }
            },
            iter: 60);
    }

    [Fact]
    public void The_gradient_over_many_examples_is_the_mean_of_their_gradients()
    {
        Network network = new([3, 4, 2], seed: 5);
        (float[], float[])[] pairs = [.. Enumerable.Range(0, 250).Select(i => (Vector(3, i), Vector(2, 1000 + i)))];
        Gradient whole = network.GradientOf(new VectorExamples(pairs));
        Gradient[] single = [.. pairs.Select(pair => network.Backpropagate(pair.Item1, pair.Item2))];
        Assert.Equal(single.Average(g => g.Cost), whole.Cost, 1e-6);
        Assert.Equal(single.Average(g => g.WeightedLayers[0][2, 1]), whole.WeightedLayers[0][2, 1], 1e-6);
        Assert.Equal(single.Average(g => g.WeightedLayers[1].Biases[0]), whole.WeightedLayers[1].Biases[0], 1e-6);
    }

    [Fact]
    public void A_learner_sees_the_weighted_inputs_and_activations_of_every_layer()
    {
        Network network = new([2, 3, 1], seed: 2);
        ForwardTrace trace = network.Trace([0.25f, 0.5f]);
        Assert.Equal([0.25f, 0.5f], trace.Activations[0]);
        Assert.Equal([2, 3, 1], trace.Activations.Select(a => a.Length));
        WeightedLayer layer = network.WeightedLayers[0];
        float z = layer.Biases[1] + 0.25f * layer[1, 0] + 0.5f * layer[1, 1];
        Assert.Equal(z, trace.WeightedInputs[0][1], 1e-6f);
        Assert.Equal(1 / (1 + Math.Exp(-z)), trace.Activations[1][1], 1e-6);
        Assert.Equal(network.FeedForward([0.25f, 0.5f]), trace.Activations[^1]);
    }

    [Fact]
    public void Weights_and_biases_start_from_the_standard_normal_distribution()
    {
        Network network = new([784, 100, 10], seed: 4);
        float[] weights = network.WeightedLayers[0].CopyWeights();
        Assert.Equal(0, weights.Average(), 0.02);
        Assert.Equal(1, weights.Average(w => w * w), 0.02);
        Assert.InRange(network.WeightedLayers[0].Biases.ToArray().Average(b => b * b), 0.6, 1.5);
    }

    [Fact]
    public void The_same_seed_gives_the_same_network_and_another_seed_another()
    {
        Assert.Equal(WeightsOf(seed: 9), WeightsOf(seed: 9));
        Assert.NotEqual(WeightsOf(seed: 9), WeightsOf(seed: 10));

        static float[] WeightsOf(int seed) => new Network([5, 4], seed).WeightedLayers[0].CopyWeights();
    }

    [Fact]
    public void A_network_prints_itself()
    {
        Assert.Equal("784-30-10, sigmoid, quadratic cost, 23,860 parameters", new Network([784, 30, 10]).ToString());
    }

    [Theory]
    [InlineData(new[] { 784 })]
    [InlineData(new[] { 784, 0, 10 })]
    [InlineData(new[] { 60_000, 60_000, 10 })]
    public void Impossible_sizes_are_refused(int[] sizes)
    {
        Assert.Throws<ArgumentException>(() => new Network(sizes));
    }

    [Fact]
    public void An_input_of_the_wrong_length_is_refused_with_both_lengths()
    {
        string message = Assert.Throws<ArgumentException>(() => new Network([3, 2]).FeedForward([1, 2])).Message;
        Assert.Contains("3 inputs", message, StringComparison.Ordinal);
        Assert.Contains("2 numbers", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clone_shares_nothing()
    {
        Network network = new([2, 2], seed: 1), clone = network.Clone();
        clone.WeightedLayers[0][0, 0] = 42;
        Assert.NotEqual(42, network.WeightedLayers[0][0, 0]);
    }

    internal static float[] Vector(int length, int seed)
    {
        RandomStream random = new(seed, stream: 77);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() < 0.3 ? 0 : (float)random.NextDouble())];
    }
}
