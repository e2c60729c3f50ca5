namespace Inkling.Numerics;

/// <summary>Where a vector is largest: how outputs become an answer.</summary>
internal static class Argmax
{
    /// <summary>The place of the largest number; of equal ones the first. A NaN counts as the largest, as in numpy's argmax.</summary>
    /// <exception cref="ArgumentException">There are no numbers.</exception>
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
