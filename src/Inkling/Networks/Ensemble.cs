namespace Inkling;

/// <summary>Several networks that answer together.</summary>
public sealed class Ensemble
{
    private readonly Network[] _networks;

    /// <param name="networks">At least one; all for the same inputs and outputs.</param>
    /// <exception cref="ArgumentException">There is none, or they do not fit together.</exception>
    public Ensemble(IReadOnlyList<Network> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count == 0)
            throw new ArgumentException("An ensemble has at least one network.", nameof(networks));
        if (networks.FirstOrDefault(network => network.Architecture.Input.Size != networks[0].Architecture.Input.Size || network.Architecture.Output.Size != networks[0].Architecture.Output.Size) is { } other)
            throw new ArgumentException($"{networks[0]} and {other} do not answer the same question.", nameof(networks));
        _networks = [.. networks];
    }

    /// <summary>The networks.</summary>
    public IReadOnlyList<Network> Networks => _networks;

    /// <summary>The mean of the networks' confidences for each example: [count][outputs].</summary>
    /// <param name="examples">What they are asked.</param>
    /// <exception cref="ArgumentException">The examples do not fit the networks.</exception>
    public float[][] MeanConfidences(Examples examples)
    {
        float[][]? sum = null;
        foreach (Network network in _networks)
        {
            float[][] confidences = [.. network.Outputs(examples).Select(output => Confidence.Of(output, network.Temperature))];
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

    /// <summary>How many networks answer each class, for each example: [count][outputs].</summary>
    /// <param name="examples">What they are asked.</param>
    /// <exception cref="ArgumentException">The examples do not fit the networks.</exception>
    public int[][] Votes(Examples examples)
    {
        int[][] votes = [.. Enumerable.Range(0, examples.Count).Select(_ => new int[examples.OutputSize])];
        foreach (Network network in _networks)
        {
            float[][] outputs = network.Outputs(examples);
            for (int i = 0; i < outputs.Length; i++)
                votes[i][Numerics.Argmax.Of(outputs[i])]++;
        }

        return votes;
    }
}
