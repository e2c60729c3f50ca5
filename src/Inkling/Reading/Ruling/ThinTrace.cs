namespace Inkling.Reading.Ruling;

/// <summary>A thin straight stroke along an ink map: a rule, the side of a frame, or a stroke of a digit.</summary>
internal sealed class ThinTrace
{
    private readonly int[] _middles; // in half pixels
    private readonly double _first; // the fitted line's middle at Start, in pixels

    /// <param name="start">Where it begins.</param>
    /// <param name="middles">For each place along it, the sum of its first and its last row: twice its middle.</param>
    /// <param name="thickness">Its mean thickness in pixels.</param>
    public ThinTrace(int start, int[] middles, double thickness)
    {
        (Start, _middles, Thickness) = (start, middles, thickness);
        double n = middles.Length, sumX = n * (n - 1) / 2, sumXX = (n - 1) * n * (2 * n - 1) / 6, sumY = 0, sumXY = 0;
        for (int i = 0; i < middles.Length; i++)
        {
            sumY += middles[i];
            sumXY += (double)i * middles[i];
        }

        Slope = middles.Length > 1 ? (n * sumXY - sumX * sumY) / (n * sumXX - sumX * sumX) / 2 : 0;
        _first = sumY / n / 2 - Slope * sumX / n;
        for (int i = 0; i < middles.Length; i++)
            Deviation = Math.Max(Deviation, Math.Abs(middles[i] / 2.0 - _first - Slope * i));
    }

    /// <summary>Where it begins.</summary>
    public int Start { get; }

    /// <summary>The place behind its end.</summary>
    public int End => Start + _middles.Length;

    public int Length => _middles.Length;

    /// <summary>Mean thickness in pixels.</summary>
    public double Thickness { get; }

    /// <summary>Rise over length of the straight line that fits best (least squares).</summary>
    public double Slope { get; }

    /// <summary>Pixels by which it leaves that line, at most.</summary>
    public double Deviation { get; }

    /// <summary>How many times longer than thick it is.</summary>
    public double Aspect => Length / Thickness;

    /// <summary>Where the straight line passes.</summary>
    public double LineAt(int along) => _first + Slope * (along - Start);

    /// <summary>The row of its middle; before its beginning and behind its end that of the straight line.</summary>
    public int RowAt(int along) =>
        along >= Start && along < End ? _middles[along - Start] / 2 : (int)Math.Round(LineAt(along));
}
