using System.Globalization;
using System.Text.Json;
using Inkling.Layers;

namespace Inkling.Tests.Training;

/// <summary>A reference run of the seed's algorithm in float64: same start, same mini-batches.</summary>
public class GoldenRunTests
{
    [Fact]
    public async Task A_network_started_like_the_reference_follows_it_for_a_hundred_mini_batches()
    {
        ImageData mnist = await TestData.MnistAsync();
        Network network = Network.Load(TestData.Golden("start.json"));
        Train(network, mnist, Order().Take(100));
        Network expected = Network.Load(TestData.Golden("after-100-mini-batches.json"));
        for (int l = 0; l < 2; l++)
        {
            Assert.All(
                network.WeightedLayers[l].CopyWeights().Zip(expected.WeightedLayers[l].CopyWeights()),
                w => Assert.Equal(w.Second, w.First, 1e-4f));
            Assert.All(
                network.WeightedLayers[l].Biases.ToArray().Zip(expected.WeightedLayers[l].Biases.ToArray()),
                b => Assert.Equal(b.Second, b.First, 1e-4f));
        }
    }

    [Fact]
    public async Task Its_cost_and_its_answers_stay_with_the_references()
    {
        ImageData mnist = await TestData.MnistAsync();
        Network network = Network.Load(TestData.Golden("start.json"));
        using JsonDocument facts =
            JsonDocument.Parse(await File.ReadAllTextAsync(TestData.Golden("facts.json"), TestContext.Current.CancellationToken));
        int done = 0;
        foreach (int batches in new[] { 1, 10, 100, 1000, 5000 })
        {
            Train(network, mnist, Order().Skip(done).Take(batches - done));
            done = batches;
            JsonElement expected =
                facts.RootElement.GetProperty(string.Create(CultureInfo.InvariantCulture, $"after_{batches}_mini_batches"));
            double cost = network.Cost(mnist.Training.Slice(0, 1000)),
                expectedCost = expected.GetProperty("cost_first_1000").GetDouble();
            // By then, a millionth added to one initial weight changes the cost by up to 6 % (0.079 to 0.085 in twelve runs).
            double tolerance = batches < 5000 ? 0.02 : 0.08;
            Assert.InRange(cost, (1 - tolerance) * expectedCost, (1 + tolerance) * expectedCost);
            Assert.InRange(network.Evaluate(mnist.Test).Correct - expected.GetProperty("test_correct").GetInt32(), -60, 60);
        }
    }

    [Fact]
    public async Task The_gradient_of_the_first_image_is_the_references()
    {
        ImageData mnist = await TestData.MnistAsync();
        Network network = Network.Load(TestData.Golden("start.json"));
        float[] x = new float[784], y = new float[10];
        mnist.Training.CopyInput(0, x);
        mnist.Training.CopyTarget(0, y);
        Gradient gradient = network.Backpropagate(x, y);
        using JsonDocument facts =
            JsonDocument.Parse(await File.ReadAllTextAsync(TestData.Golden("facts.json"), TestContext.Current.CancellationToken));
        JsonElement expected = facts.RootElement.GetProperty("gradient_of_image_0_at_start");
        for (int l = 0; l < 2; l++)
        {
            WeightedLayer layer = gradient.WeightedLayers[l];
            Assert.Equal(expected.GetProperty("norm_weights")[l].GetDouble(), Norm(layer.CopyWeights()), 1e-5);
            Assert.Equal(expected.GetProperty("norm_biases")[l].GetDouble(), Norm(layer.Biases.ToArray()), 1e-5);
        }

        for (int j = 0; j < 10; j++)
            Assert.Equal(expected.GetProperty("output_bias_gradient")[j].GetDouble(), gradient.WeightedLayers[1].Biases[j], 1e-6);
    }

    private static void Train(Network network, ImageData mnist, IEnumerable<int[]> miniBatches)
    {
        foreach (int[] miniBatch in miniBatches)
            network.UpdateMiniBatch(mnist.Training, miniBatch, eta: 3.0);
    }

    private static IEnumerable<int[]> Order()
        => File.ReadLines(TestData.Golden("order.csv"))
            .Select(line => line.Split(',').Select(i => int.Parse(i, CultureInfo.InvariantCulture)).ToArray());

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(v => (double)v * v));
}
