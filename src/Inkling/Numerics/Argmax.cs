namespace Inkling.Numerics;

/// <summary>The index of a vector's largest element, which turns a network's outputs into its answer.</summary>
internal static class Argmax
{
    /// <summary>The index of the largest number, the first on ties. NaN counts as the largest, as in numpy's argmax.</summary>
    /// <exception cref="ArgumentException"><paramref name="values"/> is empty.</exception>
    public static int Of(ReadOnlySpan<float> values)
    {
        KernelArguments.Require(!values.IsEmpty);
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best] || (float.IsNaN(values[i]) && !float.IsNaN(values[best])))
                best = i;
        }

        return best;
    }
}
