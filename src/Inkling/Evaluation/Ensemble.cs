using Inkling.Evaluation;

namespace Inkling;

/// <summary>Several networks whose confidences are averaged.</summary>
public sealed class Ensemble
{
    private readonly Network[] _networks;

    /// <summary>Creates an ensemble.</summary>
    /// <param name="networks">At least one; all with the same input and output sizes.</param>
    /// <exception cref="ArgumentException">There is none, their sizes differ, or they take inputs of any width.</exception>
    public Ensemble(IReadOnlyList<Network> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count == 0)
            throw new ArgumentException("An ensemble has at least one network.", nameof(networks));
        if (networks.FirstOrDefault(network =>
            network.Architecture.Input.Size != networks[0].Architecture.Input.Size
            || network.Architecture.Output.Size != networks[0].Architecture.Output.Size) is { } other)
            throw new ArgumentException($"{networks[0]} and {other} do not answer the same question.", nameof(networks));
        if (networks[0].Architecture.Input.HasAnyWidth)
            throw new ArgumentException("An ensemble is of networks that end in a vector, not in columns.", nameof(networks));
        _networks = [.. networks];
    }

    /// <summary>The networks of the ensemble.</summary>
    public IReadOnlyList<Network> Networks => _networks;

    /// <summary>Computes a network's outputs for examples: on the processor, unless set.</summary>
    internal Func<Network, Examples, float[][]> OutputsOf { private get; init; } =
        (network, examples) => network.Outputs(examples);

    /// <summary>The mean of the networks' confidences for each example: [count][outputs].</summary>
    /// <param name="examples">Examples to evaluate.</param>
    /// <exception cref="ArgumentException">The examples do not fit the networks.</exception>
    public float[][] MeanConfidences(Examples examples)
    {
        float[][]? sum = null;
        foreach (Network network in _networks)
        {
            float[][] confidences =
                [.. OutputsOf(network, examples).Select(output => Confidence.Of(output, network.Temperature))];
            if (sum is null)
            {
                sum = confidences;
                continue;
            }

            for (int i = 0; i < sum.Length; i++)
            {
                for (int j = 0; j < sum[i].Length; j++)
                    sum[i][j] += confidences[i][j];
            }
        }

        foreach (float[] confidences in sum!)
        {
            foreach (ref float confidence in confidences.AsSpan())
                confidence /= _networks.Length;
        }

        return sum;
    }

    /// <summary>
    /// Mean confidences over the images and augmented copies of them (test-time augmentation): [count][outputs].
    /// </summary>
    /// <param name="images">Images to evaluate.</param>
    /// <param name="augmentation">How the copies are changed; use less than for training.</param>
    /// <param name="copies">Number of augmented copies, at least 1.</param>
    /// <param name="seed">The same seed gives the same copies.</param>
    /// <exception cref="ArgumentException">The images do not fit the networks, or there are no copies.</exception>
    public float[][] MeanConfidences(LabelledImages images, Augmentation augmentation, int copies, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(copies);
        float[][] mean = MeanConfidences(images);
        for (int copy = 1; copy <= copies; copy++)
        {
            float[][] more = MeanConfidences(images.Augmented(augmentation, unchecked(seed + copy)));
            for (int i = 0; i < mean.Length; i++)
            {
                for (int j = 0; j < mean[i].Length; j++)
                    mean[i][j] += (more[i][j] - mean[i][j]) / (copy + 1);
            }
        }

        return mean;
    }

    /// <summary>How many networks predict each class, for each example: [count][outputs].</summary>
    /// <param name="examples">Examples to evaluate.</param>
    /// <exception cref="ArgumentException">The examples do not fit the networks.</exception>
    public int[][] Votes(Examples examples)
    {
        int[][] votes = [.. Enumerable.Range(0, examples.Count).Select(_ => new int[examples.OutputSize])];
        foreach (Network network in _networks)
        {
            float[][] outputs = OutputsOf(network, examples);
            for (int i = 0; i < outputs.Length; i++)
                votes[i][Numerics.Vectors.Argmax(outputs[i])]++;
        }

        return votes;
    }
}
