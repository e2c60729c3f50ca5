using Inkling.Numerics;

namespace Inkling;

/// <summary>Reads the outputs of a network that was trained with CTC as a string of classes.</summary>
/// <example>
/// <code>
/// byte[] digits = BestPath.Of(network.FeedForward(line), network.Architecture.Output.Channels);
/// </code>
/// </example>
public static class BestPath
{
    /// <summary>
    /// The string of the most probable alignment: the most probable class of each column, equal neighbours once, without blanks.
    /// </summary>
    /// <param name="outputs">[columns, classes], as <see cref="Network.FeedForward"/> returns them.</param>
    /// <param name="classes">How many outputs a column has, at least 2; the last is the blank.</param>
    /// <returns>The classes from left to right; empty where all columns are blank.</returns>
    /// <exception cref="ArgumentException">The outputs are no whole number of columns.</exception>
    /// <remarks>Graves et al., ICML 2006, section 3.2: best path decoding. The most probable string may be another.</remarks>
    public static byte[] Of(ReadOnlySpan<float> outputs, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, byte.MaxValue + 1);
        if (outputs.Length % classes != 0)
            throw new ArgumentException($"{outputs.Length} numbers are no columns of {classes}.", nameof(outputs));
        List<byte> read = [];
        int before = classes - 1;
        for (int start = 0; start < outputs.Length; start += classes)
        {
            int most = Vectors.Argmax(outputs.Slice(start, classes));
            if (most != before && most != classes - 1)
                read.Add((byte)most);
            before = most;
        }

        return [.. read];
    }
}
