using Inkling.Reading.Constants;

namespace Inkling.Reading.Ruling;

/// <summary>
/// Which thin strokes are rules: first those that are too long and thin for a digit's stroke, then, where some of them repeat at
/// one distance as on ruled and squared paper, what lies where the next one would be, however short.
/// </summary>
internal static class StraightRules
{
    /// <param name="traces">Thin strokes in one direction.</param>
    /// <param name="ink">The map that they were found in.</param>
    /// <param name="isLevel">Whether they run from left to right. Of upright ones only edges tell: a 1 may be as long.</param>
    /// <param name="c">How rules look.</param>
    public static IReadOnlyList<ThinTrace> Of(IReadOnlyList<ThinTrace> traces, InkColumns ink, bool isLevel, RuleConstants c)
    {
        if (ink.Length < c.MinLength || ink.Breadth < c.MinBreadth)
            return [];
        List<ThinTrace> rules = [.. traces.Where(trace => IsAcross(trace, ink, c) || (isLevel && IsLong(trace, ink, c)))];
        if (isLevel)
            rules.AddRange(InPieces(traces, ink, c).Except(rules));
        if (isLevel && rules.Count < c.RepeatedRules)
        {
            ThinTrace[] shorter = [.. traces.Where(trace => IsShort(trace, ink, c) && !rules.Contains(trace))];
            if (rules.Count + shorter.Length >= c.RepeatedRules)
                rules.AddRange(shorter);
        }

        if (rules.Count >= c.RepeatedRules)
        {
            Repetition repetition = new(rules, ink.Length / 2, c);
            HashSet<ThinTrace> found = [.. rules];
            rules.AddRange(traces.Where(trace => !found.Contains(trace) && repetition.Has(trace)));
        }

        return rules;
    }

    /// <summary>Whether a stroke reaches from edge to edge, and is thin for that.</summary>
    private static bool ReachesEdges(ThinTrace trace, InkColumns ink, RuleConstants c) =>
        trace.Start <= c.EdgeDistance && trace.End >= ink.Length - c.EdgeDistance
        && trace.Thickness <= Math.Max(c.FrameThickness, c.FrameThicknessShare * ink.Breadth);

    private static bool IsAcross(ThinTrace trace, InkColumns ink, RuleConstants c) =>
        ReachesEdges(trace, ink, c) && trace.Aspect >= c.AcrossMinAspect;

    private static bool IsLong(ThinTrace trace, InkColumns ink, RuleConstants c) =>
        trace.Length >= MinLong(ink, c) && trace.Aspect >= c.LongMinAspect;

    private static double MinLong(InkColumns ink, RuleConstants c) =>
        Math.Max(c.LongSpan * ink.Length, c.LongShare * ink.Breadth);

    private static bool IsShort(ThinTrace trace, InkColumns ink, RuleConstants c) =>
        trace.Length >= c.ShortSpan * ink.Length && trace.Aspect >= c.ShortMinAspect;

    /// <summary>Strokes that go on in each other, together as long as a rule: digits that lie on it hid the rest.</summary>
    private static List<ThinTrace> InPieces(IReadOnlyList<ThinTrace> traces, InkColumns ink, RuleConstants c)
    {
        int middle = ink.Length / 2;
        ThinTrace[] pieces =
        [
            .. traces.Where(trace => trace.Length >= c.PieceSpan * ink.Length && trace.Aspect >= c.PieceMinAspect)
                .OrderBy(trace => trace.LineAt(middle)),
        ];
        List<ThinTrace> rules = [];
        for (int first = 0, end; first < pieces.Length; first = end)
        {
            double row = pieces[first].LineAt(middle), length = 0;
            for (end = first; end < pieces.Length && pieces[end].LineAt(middle) <= row + c.PieceTolerance; end++)
                length += pieces[end].Length;
            if (end - first > 1 && length >= MinLong(ink, c))
                rules.AddRange(pieces[first..end]);
        }

        return rules;
    }

    /// <summary>Rules at one distance.</summary>
    private sealed class Repetition
    {
        private readonly double[] _rows; // ascending: where the rules pass the middle
        private readonly double _slope, _thickness, _distance; // medians; the distance is infinite where there is none
        private readonly int _middle;
        private readonly RuleConstants _constants;

        public Repetition(IReadOnlyList<ThinTrace> rules, int middle, RuleConstants constants)
        {
            (_middle, _constants) = (middle, constants);
            _slope = Median(rules.Select(rule => rule.Slope));
            _thickness = Median(rules.Select(rule => rule.Thickness));
            _rows = [.. rules.Select(RowOf).Order()];
            double[] distances =
                [.. _rows.Zip(_rows.Skip(1), (a, b) => b - a).Where(d => d >= constants.MinRuleDistance).Order()];
            double tolerance = constants.RuleDistanceTolerance;
            double[] alike = [.. distances.Where(d => d <= (1 + tolerance) * distances[0] + 1)];
            _distance = alike.Length > 1 ? alike.Average() : double.PositiveInfinity;
        }

        /// <summary>Whether a stroke lies where one of the rules would be, and is as thin.</summary>
        public bool Has(ThinTrace trace)
        {
            if (trace.Aspect < _constants.RepeatedMinAspect || trace.Thickness > _constants.AlikeThickness * _thickness + 1
                || Math.Abs(trace.Slope - _slope) > _constants.AlikeSlope + 1.0 / trace.Length)
                return false;
            double row = RowOf(trace);
            int i = Array.BinarySearch(_rows, row);
            i = i < 0 ? ~i : i;
            double before = i > 0 ? row - _rows[i - 1] : double.PositiveInfinity;
            double behind = i < _rows.Length ? _rows[i] - row : double.PositiveInfinity;
            double off = Math.Min(before, behind), times = Math.Round(off / _distance);
            double rest = times == 0 ? off : Math.Abs(off - times * _distance);
            return rest <= _constants.MaxDeviation + _constants.RuleDistanceDrift * times;
        }

        /// <summary>Where a stroke passes the middle if it goes on as the rules do.</summary>
        private double RowOf(ThinTrace trace)
        {
            int at = (trace.Start + trace.End) / 2;
            return trace.RowAt(at) + _slope * (_middle - at);
        }

        private static double Median(IEnumerable<double> values)
        {
            double[] sorted = [.. values.Order()];
            return sorted[sorted.Length / 2];
        }
    }
}
