namespace Inkling.Numerics;

/// <summary>Where a vector is largest: how outputs become an answer.</summary>
internal static class Argmax
{
    /// <summary>The place of the largest number; of equal ones the first, as numpy's argmax has it.</summary>
    public static int Of(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
                best = i;
        }

        return best;
    }
}
