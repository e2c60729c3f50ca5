using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling;

/// <summary>How weights and biases are initialised. n is a neuron's number of inputs.</summary>
public enum Initialisation
{
    /// <summary>Weights and biases standard normal: the seed's, and network.py's. Large layers saturate.</summary>
    StandardNormal,

    /// <summary>
    /// Weights normal with standard deviation 1/√n, biases standard normal: network2.py's (Nielsen, chapter 3).
    /// </summary>
    Scaled,

    /// <summary>Weights uniform within ±√(6/(n + outputs)), biases 0: for tanh and sigmoid (Glorot and Bengio 2010).</summary>
    Glorot,

    /// <summary>Weights normal with standard deviation √(2/n), biases 0: for ReLU (He et al., arXiv 1502.01852).</summary>
    He,
}

internal static class InitialisationMethods
{
    /// <summary>Draws all biases, then all weights, in network.py's order.</summary>
    public static void Draw(this Initialisation initialisation, ParameterBuffer parameters, RandomStream random)
    {
        bool drawsBiases = initialisation is Initialisation.StandardNormal or Initialisation.Scaled;
        foreach (WeightedLayer layer in parameters.Weighted.Where(layer => drawsBiases && layer.HasBias))
        {
            foreach (ref float bias in layer.Biases)
                bias = (float)random.NextGaussian();
        }

        foreach (WeightedLayer layer in parameters.Weighted)
        {
            // A convolution's fan-out counts the positions of its kernel, as its fan-in does.
            double fanOut = layer.WeightShape is [int channels, _, int height, int width]
                ? channels * height * width
                : layer.Neurons;
            double bound = Math.Sqrt(6 / (layer.Inputs + fanOut)), scaled = 1 / Math.Sqrt(layer.Inputs),
                he = Math.Sqrt(2.0 / layer.Inputs);
            Span<float> panels = layer.Panels;
            for (int j = 0; j < layer.Neurons; j++)
            {
                // In the engine's order: another order would change the weights that a random seed gives.
                for (int k = 0; k < layer.Inputs; k++)
                {
                    panels[Rows.IndexOf(j, k, layer.Inputs)] = (float)(initialisation switch
                    {
                        Initialisation.StandardNormal => random.NextGaussian(),
                        Initialisation.Scaled => random.NextGaussian() * scaled,
                        Initialisation.Glorot => random.NextDouble(-bound, bound),
                        _ => random.NextGaussian() * he,
                    });
                }
            }
        }
    }
}
