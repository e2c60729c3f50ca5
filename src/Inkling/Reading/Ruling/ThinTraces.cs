using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Ruling;

/// <summary>
/// Follows thin strokes through an ink map, column by column, each run of ink to the next one beside it. A stroke that crosses
/// hides a line for a few columns: the line is expected to go on straight behind it.
/// </summary>
internal sealed class ThinTraces
{
    private readonly InkColumns _ink;
    private readonly RuleConstants _constants;
    private readonly int _maxThickness;
    private readonly int[] _followed; // [breadth]: the column behind the last one in which the run that begins here was followed
    private readonly Stack<OpenTrace> _unused = new();
    private readonly List<ThinTrace> _found = [];

    private ThinTraces(InkColumns ink, RuleConstants constants)
    {
        (_ink, _constants) = (ink, constants);
        _maxThickness = Math.Max(constants.AlwaysAllowedThickness, (int)(constants.MaxThickness * ink.Breadth));
        _followed = new int[ink.Breadth];
    }

    /// <summary>How often a pixel is looked at, at most: a column has at most half as many runs as pixels.</summary>
    public static long MaxLooksPerPixel(RuleConstants constants) => 1 + OpenTrace.Looks * (constants.MaxHidden + 2) / 2;

    /// <summary>The straight ones of some length, in the order of their ends.</summary>
    public static IReadOnlyList<ThinTrace> Of(InkColumns ink, RuleConstants constants, ReadingWork work)
    {
        ThinTraces traces = new(ink, constants);
        List<OpenTrace> open = [];
        for (int along = 0; along < ink.Length; along++)
        {
            work.CountPixels(ink.Breadth + (long)OpenTrace.Looks * open.Count);
            open.RemoveAll(trace => !traces.Follow(trace, along));
            traces.Begin(open, along);
        }

        foreach (OpenTrace trace in open)
            traces.Close(trace);
        return traces._found;
    }

    /// <summary>Begins a trace at each thin run that none follows.</summary>
    private void Begin(List<OpenTrace> open, int along)
    {
        for (int row = _ink.NextInk(along, 0); row < _ink.Breadth;)
        {
            (_, int bottom) = _ink.RunAcross(along, row, _ink.Breadth);
            if (bottom - row <= _maxThickness && _followed[row] != along + 1)
            {
                OpenTrace trace = _unused.TryPop(out OpenTrace? unused) ? unused : new OpenTrace();
                trace.Begin(along, row, bottom);
                open.Add(trace);
            }

            row = _ink.NextInk(along, bottom);
        }
    }

    /// <summary>Follows a trace by one column; false, and it is closed, where it has ended.</summary>
    private bool Follow(OpenTrace trace, int along)
    {
        int expected = trace.Expected();
        if (!TryRun(along, expected >> 1, out int top, out int bottom))
            trace.AddGap(expected);
        else if (bottom - top > Math.Min(_maxThickness, trace.MaxThickness) || Math.Abs(top + bottom - 1 - expected) > 3)
            trace.AddHidden(expected); // thicker, or more than 1.5 pixels off: a stroke that crosses or touches the line
        else if (_followed[top] == along + 1)
            trace.AddGap(expected); // an older trace's run
        else
        {
            trace.Add(top, bottom);
            _followed[top] = along + 1;
        }

        if (trace.Gap <= _constants.MaxGap && trace.Hidden <= _constants.MaxHidden && trace.Hidden <= trace.Length)
            return true;
        Close(trace);
        return false;
    }

    private bool TryRun(int along, int row, out int top, out int bottom)
    {
        ReadOnlySpan<int> near = [row, row - 1, row + 1];
        foreach (int y in near)
        {
            if (y < 0 || y >= _ink.Breadth || !_ink.IsInk(along, y))
                continue;
            (top, bottom) = _ink.RunAcross(along, y, _maxThickness);
            return true;
        }

        (top, bottom) = (0, 0);
        return false;
    }

    private void Close(OpenTrace trace)
    {
        if (trace.Length >= _constants.MinTrace && trace.Thin >= _constants.MinThinShare * trace.Length - 1e-9)
        {
            ThinTrace closed = trace.Closed();
            double quantised = 1.0 / closed.Length;
            if (Math.Abs(closed.Slope) <= _constants.MaxSlope + quantised
                && closed.Deviation <= _constants.MaxDeviation + _constants.MaxBend * closed.Length)
                _found.Add(closed);
        }

        _unused.Push(trace);
    }

    /// <summary>A trace that may go on.</summary>
    private sealed class OpenTrace
    {
        /// <summary>At pixels, to follow it by one column.</summary>
        public const int Looks = 4;

        private readonly List<int> _middles = []; // twice the middle rows
        private long _thickness;
        private int _start;

        /// <summary>Places from its beginning to the last one where it was seen thin.</summary>
        public int Length { get; private set; }

        /// <summary>Places where it was seen thin.</summary>
        public int Thin { get; private set; }

        /// <summary>Places without ink since it was last seen.</summary>
        public int Gap { get; private set; }

        /// <summary>Places since it was last seen.</summary>
        public int Hidden => _middles.Count - Length;

        /// <summary>The thickest that may still be the line itself.</summary>
        public double MaxThickness => 2.0 * _thickness / Thin + 2;

        public void Begin(int along, int top, int bottom)
        {
            _middles.Clear();
            (_start, _thickness, Thin) = (along, 0, 0);
            Add(top, bottom);
        }

        public void Add(int top, int bottom)
        {
            _middles.Add(top + bottom - 1);
            _thickness += bottom - top;
            Thin++;
            (Length, Gap) = (_middles.Count, 0);
        }

        public void AddGap(int expected)
        {
            _middles.Add(expected);
            Gap++;
        }

        public void AddHidden(int expected) => _middles.Add(expected);

        /// <summary>Twice the row where it is expected next: straight on, as its last stretch goes.</summary>
        public int Expected()
        {
            const int shortest = 12, stretch = 64;
            int last = _middles[Length - 1];
            if (Length < shortest)
                return last;
            int back = Math.Min(stretch, Length - 1);
            return last + (int)Math.Round((double)(last - _middles[Length - 1 - back]) * (Hidden + 1) / back);
        }

        public ThinTrace Closed() =>
            new(_start, [.. _middles.Take(Length)], (double)_thickness / Thin);
    }
}
