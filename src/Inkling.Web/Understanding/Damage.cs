using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Web.Understanding;

/// <summary>What is broken in a network with one hidden layer.</summary>
/// <param name="Noise">Standard deviation of normal noise on the weights, relative to the weights' own in each layer.</param>
/// <param name="HasNoBiases">Whether all biases are 0.</param>
/// <param name="Off">How many hidden neurons are switched off: their activation counts as 0.</param>
/// <param name="Seed">Which noise, and which neurons.</param>
internal sealed record Damage(double Noise = 0, bool HasNoBiases = false, int Off = 0, int Seed = 1)
{
    public bool IsNone => Noise == 0 && !HasNoBiases && Off == 0;

    /// <summary>The neurons that are switched off; the more there are, the others stay the same.</summary>
    public IReadOnlySet<int> NeuronsOff(int hidden)
    {
        int[] order = [.. Enumerable.Range(0, hidden)];
        new RandomStream(Seed).Shuffle(order);
        return order.Take(Off).ToHashSet();
    }

    /// <summary>A damaged copy of a network.</summary>
    public Network ApplyTo(Network network)
    {
        Network broken = network.Clone();
        RandomStream random = new(Seed);
        foreach (WeightedLayer layer in broken.WeightedLayers)
        {
            float[] weights = layer.CopyWeights();
            double size = Noise * Math.Sqrt(weights.Average(weight => (double)weight * weight));
            for (int i = 0; i < weights.Length; i++)
                weights[i] += (float)(size * random.NextGaussian());
            layer.SetWeights(weights);
            if (HasNoBiases)
                layer.Biases.Clear();
        }

        WeightedLayer outgoing = broken.WeightedLayers[1];
        foreach (int off in NeuronsOff(outgoing.Inputs))
        {
            for (int neuron = 0; neuron < outgoing.Neurons; neuron++)
                outgoing[neuron, off] = 0;
        }

        return broken;
    }
}
