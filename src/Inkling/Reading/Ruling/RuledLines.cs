using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Finding;

namespace Inkling.Reading.Ruling;

/// <summary>
/// Takes rules out of an ink map (ruled and squared paper, the borders of tables, frames and combs of forms, the line that an
/// amount stands on) and leaves the strokes that cross them. All are found first, then taken away at once.
/// </summary>
internal static class RuledLines
{
    /// <summary>An ink map without rules.</summary>
    public static Ink Remove(Ink ink, ReaderConstants constants, ReadingWork work)
    {
        RuleConstants c = constants.Rules;
        float[] values = ink.Values.ToArray();
        PixelBox all = new(0, 0, ink.Width, ink.Height);
        InkColumns level = new(values, ink.Width, all, isTurned: false, ink.Threshold, work);
        bool isCell = ink.Width >= c.CellMinAspect * ink.Height && CellBorders.Erase(level, c.BorderMinShare, c, work);
        InkColumns upright = new(values, ink.Width, all, isTurned: true, ink.Threshold, work);
        if (isCell)
        {
            CellBorders.Erase(upright, c.UprightBorderMinShare, c, work);
            level = new(values, ink.Width, all, isTurned: false, ink.Threshold, work);
        }

        IReadOnlyList<ThinTrace> levelRules = StraightRules.Of(ThinTraces.Of(level, c, work), level, isLevel: true, c);
        IReadOnlyList<ThinTrace> tall = ThinTraces.Of(upright, c, work);
        IReadOnlyList<ThinTrace> uprightRules = StraightRules.Of(tall, upright, isLevel: false, c);
        IReadOnlyList<ThinTrace> walls = FormUprights.Of(levelRules, tall, ink.Width, ink.Height, c, work);
        if (levelRules.Count + uprightRules.Count == 0)
            return isCell ? ink.With(values) : ink;
        Erase(level, levelRules, c, work);
        upright = new InkColumns(values, ink.Width, all, isTurned: true, ink.Threshold, work);
        Erase(upright, uprightRules, c, work);
        Erase(upright, walls, c, work);
        return ink.With(values);
    }

    /// <summary>
    /// An ink map without the sides of frames around numbers, which strokes may touch; of the first frames, where they cover too
    /// much.
    /// </summary>
    public static Ink RemoveFrames(Ink ink, IEnumerable<PixelBox> frames, ReaderConstants constants, ReadingWork work)
    {
        RuleConstants c = constants.Rules;
        float[] values = ink.Values.ToArray();
        long covered = 0, mostCovered = constants.Budget.MaxFrameArea * values.Length;
        foreach (PixelBox frame in frames.TakeWhile(frame => (covered += (long)frame.Width * frame.Height) <= mostCovered))
        {
            foreach (bool isTurned in (bool[])[false, true])
            {
                InkColumns box = new(values, ink.Width, frame, isTurned, ink.Threshold, work);
                EraseSide(box, isFirst: true, c, work);
                EraseSide(box, isFirst: false, c, work);
            }
        }

        return ink.With(values);
    }

    /// <summary>
    /// Takes a side of a frame away: the runs of ink that begin near to its box's side, and are no thicker than most.
    /// </summary>
    private static void EraseSide(InkColumns box, bool isFirst, RuleConstants c, ReadingWork work)
    {
        int reach = Math.Max(c.SideMinReach, Math.Min(box.Length, box.Breadth) / c.SideDivisor);
        List<(int Along, int Row, int Thickness)> runs = [];
        work.CountPixels((long)box.Length * reach);
        for (int along = 0; along < box.Length; along++)
        {
            int row = isFirst ? 0 : box.Breadth - 1, step = isFirst ? 1 : -1, last = row + step * reach;
            while (row != last && !box.IsInk(along, row))
                row += step;
            if (row == last)
                continue;
            (int top, int bottom) = box.RunAcross(along, row, 2 * reach);
            runs.Add((along, row, bottom - top));
        }

        if (runs.Count < c.SideMinShare * box.Length)
            return;
        int usual = runs.Select(run => run.Thickness).Order().ElementAt(runs.Count / 2);
        int maxThickness = (int)(c.EraseThickness * usual) + 1;
        foreach ((int along, int row, _) in runs)
            EraseAt(box, along, row, maxThickness, faint: 0, c);
    }

    /// <summary>
    /// How often looking for lines sees a pixel at most: as the bits are set up, as borders of a cell are looked for, as strokes
    /// are followed in both directions, and as rules are marked and erased.
    /// </summary>
    public static long MaxLooksPerPixel(ReaderConstants constants) =>
        4 + CellBorders.MaxLooksPerPixel(constants.Rules) + 2 * ThinTraces.MaxLooksPerPixel(constants.Rules) + 4;

    /// <summary>Takes rules away where they are thin; where the ink is thicker, a stroke crosses.</summary>
    private static void Erase(InkColumns ink, IReadOnlyList<ThinTrace> rules, RuleConstants c, ReadingWork work)
    {
        bool areRepeated = rules.Count >= c.RepeatedRules;
        foreach (ThinTrace rule in rules)
        {
            bool isExtended = areRepeated && rule.Length >= c.PieceSpan * ink.Length; // a short one's slope is not exact
            int start = isExtended ? 0 : Math.Max(0, rule.Start - c.JointReach);
            int end = isExtended ? ink.Length : Math.Min(ink.Length, rule.End + c.JointReach);
            int maxThickness = (int)(c.EraseThickness * rule.Thickness) + 1;
            float level = LevelOf(ink, rule), faint = level <= c.FaintLevel ? c.FaintShare * level + c.FaintMargin : 0;
            work.CountPixels(2 * (end - start));
            for (int along = start; along < end; along++)
                EraseAt(ink, along, rule.RowAt(along), maxThickness, faint, c);
        }
    }

    /// <summary>The mean ink along a rule's middle, 0 to 1.</summary>
    private static float LevelOf(InkColumns ink, ThinTrace rule)
    {
        double sum = 0;
        for (int along = rule.Start; along < rule.End; along++)
            sum += ink.ValueAt(along, Math.Clamp(rule.RowAt(along), 0, ink.Breadth - 1));
        return (float)(sum / rule.Length);
    }

    /// <summary>Takes a rule away at one place along it.</summary>
    /// <param name="ink">The map.</param>
    /// <param name="along">The place.</param>
    /// <param name="row">The rule's middle.</param>
    /// <param name="maxThickness">Thicker ink is a stroke that crosses.</param>
    /// <param name="faint">Ink, 0 to 1: what is fainter is the rule beside or under a darker stroke.</param>
    /// <param name="c">How rules look.</param>
    private static void EraseAt(InkColumns ink, int along, int row, int maxThickness, float faint, RuleConstants c)
    {
        int nearest = row;
        if (!ink.IsInkWithin(along, nearest) && !ink.IsInkWithin(along, nearest = row - 1)
            && !ink.IsInkWithin(along, nearest = row + 1))
        {
            return;
        }

        (int top, int bottom) = ink.RunAcross(along, nearest, maxThickness);
        if (bottom - top <= maxThickness)
        {
            ink.ClearRun(along, top, bottom, c.SoftEdge);
        }
        else
        {
            for (int y = Math.Max(0, row - maxThickness / 2); y <= Math.Min(ink.Breadth - 1, row + maxThickness / 2); y++)
            {
                if (ink.ValueAt(along, y) <= faint)
                    ink.Clear(along, y);
            }
        }
    }
}
