namespace Inkling.Tests;

/// <summary>The reference that the engine must equal for the seed's network: plain code in double precision.</summary>
internal sealed class ReferenceNetwork
{
    public ReferenceNetwork(Network network)
    {
        Weights =
        [
            .. network.WeightedLayers.Select(layer => Enumerable.Range(0, layer.Neurons)
                .Select(j => Enumerable.Range(0, layer.Inputs).Select(k => (double)layer[j, k]).ToArray())
                .ToArray())
        ];
        Biases = [.. network.WeightedLayers.Select(layer => layer.Biases.ToArray().Select(b => (double)b).ToArray())];
    }

    /// <summary>[layer][neuron][input].</summary>
    public double[][][] Weights { get; }

    /// <summary>[layer][neuron].</summary>
    public double[][] Biases { get; }

    public double[] FeedForward(IEnumerable<float> input)
    {
        double[] a = [.. input.Select(x => (double)x)];
        for (int l = 0; l < Weights.Length; l++)
            a = [.. Weights[l].Select((w, j) => 1 / (1 + Math.Exp(-(w.Zip(a, (x, y) => x * y).Sum() + Biases[l][j]))))];
        return a;
    }

    public double Cost(IEnumerable<float> input, float[] target)
        => 0.5 * FeedForward(input).Zip(target, (a, y) => (a - y) * (a - y)).Sum();

    /// <summary>∂C/∂p for a parameter p, by central differences.</summary>
    public double Slope(double[] parameters, int index, float[] input, float[] target)
    {
        const double H = 1e-5;
        double middle = parameters[index];
        parameters[index] = middle + H;
        double above = Cost(input, target);
        parameters[index] = middle - H;
        double below = Cost(input, target);
        parameters[index] = middle;
        return (above - below) / (2 * H);
    }
}
