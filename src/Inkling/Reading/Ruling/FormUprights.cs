using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Ruling;

/// <summary>
/// The uprights of forms: the sides of a frame and the walls between the boxes of a comb end at two level rules, the ticks of a
/// comb stand on one. What tells them from a 1 is that they are as thin as the rule and at right angles to it, and ticks that
/// all are equally high and begin at the rule's end.
/// </summary>
internal sealed class FormUprights
{
    private readonly IReadOnlyList<ThinTrace> _rules;
    private readonly int _width, _height;
    private readonly RuleConstants _constants;
    private readonly int[] _ruleAt; // [height, width]: the number of the rule that a pixel is near to, from 1; 0 for none

    private FormUprights(IReadOnlyList<ThinTrace> rules, int width, int height, RuleConstants constants, ReadingWork work)
    {
        (_rules, _width, _height, _constants) = (rules, width, height, constants);
        _ruleAt = new int[width * height];
        for (int i = 0; i < rules.Count; i++)
        {
            int reach = (int)(rules[i].Thickness / 2) + constants.JointReach;
            work.CountPixels((long)rules[i].Length * reach);
            int start = Math.Max(0, rules[i].Start - reach), end = Math.Min(width, rules[i].End + reach);
            for (int x = start; x < end; x++)
            {
                int row = rules[i].RowAt(x);
                for (int y = Math.Max(0, row - reach); y <= Math.Min(height - 1, row + reach); y++)
                    _ruleAt[y * width + x] = i + 1;
            }
        }
    }

    /// <param name="rules">The level rules.</param>
    /// <param name="uprights">Thin strokes from top to bottom.</param>
    /// <param name="width">The map's columns.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="constants">How rules look.</param>
    /// <param name="work">Counts the pixels.</param>
    public static IReadOnlyList<ThinTrace> Of(
        IReadOnlyList<ThinTrace> rules, IReadOnlyList<ThinTrace> uprights, int width, int height, RuleConstants constants,
        ReadingWork work)
    {
        if (rules.Count == 0)
            return [];
        FormUprights form = new(rules, width, height, constants, work);
        List<ThinTrace> walls = [];
        List<(int Rule, bool IsAbove, ThinTrace Tick)> ticks = [];
        foreach (ThinTrace upright in uprights.Where(trace => trace.Aspect >= constants.UprightMinAspect))
        {
            int above = form.RuleAt(upright, upright.Start - 1), below = form.RuleAt(upright, upright.End);
            if (above >= 0 && below >= 0 && above != below)
                walls.Add(upright);
            else if (above >= 0 != below >= 0)
                ticks.Add((Math.Max(above, below), below >= 0, upright));
        }

        foreach (var side in ticks.GroupBy(tick => (tick.Rule, tick.IsAbove), tick => tick.Tick))
            walls.AddRange(form.Ticks(rules[side.Key.Rule], [.. side]));
        return walls;
    }

    /// <summary>The rule that an upright like it meets in a row; -1 where there is none.</summary>
    private int RuleAt(ThinTrace upright, int y)
    {
        int x = upright.RowAt(y);
        int i = x >= 0 && y >= 0 && x < _width && y < _height ? _ruleAt[y * _width + x] - 1 : -1;
        return i >= 0 && IsLike(_rules[i], upright) ? i : -1;
    }

    /// <summary>Whether an upright is as thin as a rule, straight, and at right angles to it.</summary>
    private bool IsLike(ThinTrace rule, ThinTrace upright) =>
        upright.Thickness <= _constants.AlikeThickness * rule.Thickness + 1
        && upright.Deviation <= _constants.MaxDeviation
        && Math.Abs(upright.Slope + rule.Slope) <= _constants.AlikeSlope + 1.0 / upright.Length;

    /// <summary>Those that are as high as one at the rule's end, if there is one more.</summary>
    private ThinTrace[] Ticks(ThinTrace rule, IReadOnlyList<ThinTrace> uprights)
    {
        double reach = rule.Thickness + _constants.JointReach;
        ThinTrace? first = uprights.FirstOrDefault(tick => IsNear(tick, rule.Start) || IsNear(tick, rule.End));
        if (first is null)
            return [];
        double tolerance = 2 + _constants.TickTolerance * first.Length;
        ThinTrace[] alike = [.. uprights.Where(tick => Math.Abs(tick.Length - first.Length) <= tolerance)];
        return alike.Length > 1 ? alike : [];

        bool IsNear(ThinTrace tick, int end) => Math.Abs(tick.RowAt(tick.Start) - end) <= reach;
    }
}
