using System.Globalization;
using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// The seed's network: layers of sigmoid neurons, each connected to all of the layer before, judged by the quadratic cost.
/// </summary>
/// <example>
/// <code>
/// var mnist = await Mnist.LoadAsync();
/// var net = new Network([784, 30, 10], seed: 1);
/// net.Sgd(mnist.Training, epochs: 30, miniBatchSize: 10, eta: 3.0, testData: mnist.Test);
/// </code>
/// </example>
/// <remarks>
/// Nielsen, Neural Networks and Deep Learning, chapters 1 and 2. Reading (<see cref="FeedForward"/>) is safe from several
/// threads at once; training is not.
/// </remarks>
public sealed class Network
{
    /// <summary>A network with weights and biases drawn from the standard normal distribution, as the seed draws them.</summary>
    /// <param name="sizes">Neurons in each layer, the inputs first: [784, 30, 10].</param>
    /// <param name="seed">The same seed gives the same network, and the same training after it, to the bit.</param>
    /// <exception cref="ArgumentException">Fewer than two layers, or one without neurons.</exception>
    public Network(ReadOnlySpan<int> sizes, int seed = 1)
        : this(new ParameterBuffer(sizes), new RandomStream(seed))
    {
        foreach (Dense layer in Layers)
        {
            foreach (ref float bias in layer.Biases)
                bias = (float)Random.NextGaussian();
        }

        foreach (Dense layer in Layers)
        {
            for (int j = 0; j < layer.Neurons; j++)
            {
                for (int k = 0; k < layer.Inputs; k++)
                    layer[j, k] = (float)Random.NextGaussian();
            }
        }
    }

    internal Network(ParameterBuffer parameters, RandomStream random)
    {
        Parameters = parameters;
        Random = random;
    }

    /// <summary>Neurons in each layer, the inputs first.</summary>
    public IReadOnlyList<int> Sizes => Parameters.Sizes;

    /// <summary>The layers of weights and biases, one fewer than <see cref="Sizes"/>: layer l feeds neurons of size l + 1.</summary>
    public IReadOnlyList<Dense> Layers => Parameters.Layers;

    /// <summary>How many weights and biases there are.</summary>
    public int ParameterCount => Parameters.Layers.Sum(layer => layer.ParameterCount);

    internal ParameterBuffer Parameters { get; }

    /// <summary>Drawn from at birth and then by every shuffle, so that training twice for one epoch is not the same epoch twice.</summary>
    internal RandomStream Random { get; }

    /// <summary>The network's outputs for an input: a' = σ(w·a + b), layer after layer.</summary>
    /// <param name="input">As many numbers as the first layer has neurons.</param>
    /// <returns>As many numbers between 0 and 1 as the last layer has neurons.</returns>
    /// <exception cref="ArgumentException">The input has another length.</exception>
    public float[] FeedForward(ReadOnlySpan<float> input) => Trace(input).Activations[^1];

    /// <summary>The same as <see cref="FeedForward"/>, with everything there is to see on the way.</summary>
    /// <param name="input">As many numbers as the first layer has neurons.</param>
    /// <exception cref="ArgumentException">The input has another length.</exception>
    public ForwardTrace Trace(ReadOnlySpan<float> input)
    {
        Backpropagation pass = new(this, miniBatchSize: 1);
        return pass.Trace(AsExamples(input, new float[Sizes[^1]]));
    }

    /// <summary>The gradient of the cost C = ½‖y - a‖² of one example, by backpropagation (Nielsen, chapter 2).</summary>
    /// <param name="input">x: as many numbers as the first layer has neurons.</param>
    /// <param name="target">y: as many numbers as the last layer has neurons.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    public Gradient Backpropagate(ReadOnlySpan<float> input, ReadOnlySpan<float> target)
    {
        if (target.Length != Sizes[^1])
            throw new ArgumentException($"The network has {Sizes[^1]} outputs; the target has {target.Length} numbers.", nameof(target));
        ParameterBuffer gradient = new(Parameters.Sizes);
        double cost = new Backpropagation(this, miniBatchSize: 1).AddGradient(AsExamples(input, target.ToArray()), [0], scale: 1, gradient);
        return new Gradient(gradient, cost);
    }

    /// <summary>The same network again, sharing nothing.</summary>
    public Network Clone()
    {
        ParameterBuffer copy = new(Parameters.Sizes);
        Parameters.Span.CopyTo(copy.Span);
        return new Network(copy, Random.Clone());
    }

    /// <summary><c>784-30-10, sigmoid, quadratic cost, 23,860 parameters</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{string.Join('-', Sizes)}, sigmoid, quadratic cost, {ParameterCount:N0} parameters");

    private VectorExamples AsExamples(ReadOnlySpan<float> input, float[] target)
    {
        if (input.Length != Sizes[0])
            throw new ArgumentException($"The network has {Sizes[0]} inputs; the input has {input.Length} numbers.", nameof(input));
        return new VectorExamples([(input.ToArray(), target)]);
    }
}
