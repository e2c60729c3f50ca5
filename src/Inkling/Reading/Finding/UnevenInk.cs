using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Finding;

/// <summary>
/// Ink in uneven light, for dark ink or for light: by how much each pixel differs from the paper around it (<see cref="Paper"/>),
/// and from which contrast on that is ink.
/// </summary>
internal sealed class UnevenInk
{
    private readonly GreyImage _picture;
    private readonly bool _isDarkOnLight, _isFound;
    private readonly float[] _contrast; // [height, width]
    private readonly float _paper; // the contrast of paper; the next three are differences from it
    private readonly float _fullInk, _threshold, _spread;

    private UnevenInk(
        GreyImage picture, bool isDarkOnLight, bool isFound,
        float[] contrast, float paper, float fullInk, float threshold, float spread)
    {
        (_picture, _isDarkOnLight, _isFound, _contrast) = (picture, isDarkOnLight, isFound, contrast);
        (_paper, _fullInk, _threshold, _spread) = (paper, fullInk, threshold, spread);
    }

    /// <summary>How many of the paper's spreads full ink differs from it; 0 where there is no ink.</summary>
    public double SignalToNoise => _isFound ? _fullInk / _spread : 0;

    /// <summary>Looks for ink; rough paper is blurred until ink stands out from it.</summary>
    public static UnevenInk Of(GreyImage picture, bool isDarkOnLight, ReaderConstants constants, ReadingWork work)
    {
        InkConstants c = constants.Ink;
        int width = picture.Width, height = picture.Height;
        float[] contrast = Paper.Under(picture, isDarkOnLight, constants.Paper, work).InkOn(picture, isDarkOnLight, work);
        (float paper, float spread) = ContrastStatistics.PaperOf(contrast, c.MinSpread, work);
        int blurs = spread > c.RoughSpread && Math.Min(width, height) > 2 * c.SoftEdgeReach ? c.MaxBlurs : 0;
        for (int blur = 0; blur <= blurs; blur++)
        {
            if (blur > 0)
            {
                contrast = ContrastStatistics.Blurred(contrast, width, height, work);
                (paper, spread) = ContrastStatistics.PaperOf(contrast, c.MinSpread, work);
            }

            float edges = ContrastStatistics.EdgeLevel(contrast, width, height, c.EdgeMargin, work);
            float threshold = Math.Max(edges - paper, c.ThresholdInSpreads * spread);
            float fullInk = ContrastStatistics.FullInk(contrast, paper + threshold, c.FullInkShare, out long count, work) - paper;
            if ((blur > 0 || blurs == 0) && fullInk >= Math.Max(c.MinContrast, c.MinContrastInSpreads * spread))
                return new UnevenInk(picture, isDarkOnLight, count > 0, contrast, paper, fullInk, threshold, spread);
        }

        return new UnevenInk(picture, isDarkOnLight, isFound: false, [], 0, 0, 0, 0);
    }

    /// <summary>The ink map; all 0 where there is no ink.</summary>
    public Ink ToInk(int reduction, InkConstants c, ReadingWork work)
    {
        int width = _picture.Width, height = _picture.Height;
        float[] values = new float[_picture.Pixels.Length];
        if (!_isFound)
            return new Ink(width, height, values, 0.5f, _isDarkOnLight, reduction);
        float cut = Math.Min(c.CutInSpreads * _spread, c.WeakShare * _threshold);
        for (int i = 0; i < values.Length; i++)
        {
            float contrast = _contrast[i] - _paper;
            values[i] = contrast < cut ? 0 : Math.Min(1, contrast / _fullInk);
        }

        float weak = Math.Max(c.WeakShare * _threshold, c.WeakInSpreads * _spread);
        bool[] isPen = WithWeakNeighbours(width, height, _threshold, weak, work);
        SoftEdges.ClearOthers(values, isPen, width, height, c.SoftEdgeReach, work);
        return new Ink(width, height, values, Math.Min(weak, _threshold) / _fullInk, _isDarkOnLight, reduction);
    }

    /// <summary>
    /// [height, width]: the pixels above the strong threshold, and those above the weak one that are connected with them
    /// (hysteresis, Canny 1986).
    /// </summary>
    private bool[] WithWeakNeighbours(int width, int height, float strong, float weak, ReadingWork work)
    {
        const int countedAtOnce = 256;
        bool[] isPen = new bool[_contrast.Length];
        Stack<int> open = new();
        int seen = 0;
        for (int i = 0; i < isPen.Length; i++)
            isPen[i] = _contrast[i] - _paper > strong;
        for (int i = 0; i < isPen.Length; i++)
        {
            if (!(_contrast[i] - _paper > strong))
                continue;
            AddNear(i);
            while (open.TryPop(out int grown))
                AddNear(grown);
        }

        work.CountPixels(seen % countedAtOnce);
        return isPen;

        void AddNear(int i)
        {
            if (++seen % countedAtOnce == 0)
                work.CountPixels(countedAtOnce);
            int x = i % width, y = i / width;
            for (int v = Math.Max(0, y - 1); v <= Math.Min(height - 1, y + 1); v++)
            {
                for (int u = Math.Max(0, x - 1); u <= Math.Min(width - 1, x + 1); u++)
                {
                    int near = v * width + u;
                    if (!isPen[near] && _contrast[near] - _paper > weak)
                    {
                        isPen[near] = true;
                        open.Push(near);
                    }
                }
            }
        }
    }
}
