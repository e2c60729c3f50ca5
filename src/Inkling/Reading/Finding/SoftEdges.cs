using Inkling.Reading.Budget;

namespace Inkling.Reading.Finding;

/// <summary>Faint ink is the soft edge of a stroke only beside one: anything farther off is the shade of the paper.</summary>
internal static class SoftEdges
{
    /// <summary>Sets to 0 what is not near to a stroke.</summary>
    /// <param name="values">[height, width]: the ink; changed.</param>
    /// <param name="isPen">[height, width]: which pixels are strokes.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="reach">Pixels, in each direction, that are near.</param>
    /// <param name="work">Counts the pixels.</param>
    public static void ClearOthers(float[] values, bool[] isPen, int width, int height, int reach, ReadingWork work)
    {
        bool[] isNear = new bool[values.Length];
        for (int y = 0; y < height; y++)
        {
            work.CountPixels(width);
            for (int x = 0; x < width; x++)
            {
                if (!isPen[y * width + x])
                    continue;
                int left = Math.Max(0, x - reach), right = Math.Min(width, x + reach + 1);
                for (int near = Math.Max(0, y - reach); near <= Math.Min(height - 1, y + reach); near++)
                    isNear.AsSpan((near * width + left)..(near * width + right)).Fill(true);
            }
        }

        for (int i = 0; i < values.Length; i++)
        {
            if (!isNear[i])
                values[i] = 0;
        }
    }
}
