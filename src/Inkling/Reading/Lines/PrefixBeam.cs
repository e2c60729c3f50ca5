using System.Runtime.InteropServices;
using Inkling.Execution.Costs;
using Inkling.Numerics;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;

namespace Inkling.Reading.Lines;

/// <summary>A number that a line may show.</summary>
/// <param name="Digits">Its digits; empty for none.</param>
/// <param name="LogProbability">The natural logarithm of the sum of its alignments that were followed.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LineText(string Digits, double LogProbability);

/// <summary>
/// Prefix beam search: the most probable numbers that <see cref="ReadingOptions"/> allow, given the outputs of a network
/// trained with CTC.
/// </summary>
/// <remarks>
/// Graves 2012, "Supervised Sequence Labelling", section 7.5; Hannun et al. 2014, arXiv 1408.2873. Alignments that end in a
/// blank and those that end in the last digit are summed apart: only the former continue with the same digit as a new one.
/// Unlike there, prefixes compete by their own probability times that of their best completion (<see cref="Completions"/>), so
/// that a narrow beam keeps those that can still become an allowed number. A number's probability is a lower bound where the
/// beam has lost some of its alignments; <see cref="LineLikelihood"/> has all of them.
/// </remarks>
internal sealed class PrefixBeam
{
    private readonly LineColumn[] _columns;
    private readonly DigitAutomaton _automaton;
    private readonly Completions _completions;
    private readonly ReadingWork _work;
    private readonly int _width;
    private readonly DigitTexts _texts = new();
    private readonly List<(double Rank, int Order, Prefix Prefix)> _candidates = [];
    private readonly List<int> _positions = []; // by text: where it is in the beam; -1 where it is not
    private double _leastRank = double.NegativeInfinity; // a candidate that is not better cannot be kept
    private int _offered;

    private PrefixBeam(LineColumn[] columns, DigitAutomaton automaton, int width, ReadingWork work)
    {
        (_columns, _automaton, _width, _work) = (columns, automaton, width, work);
        _completions = new Completions(columns, automaton, work);
    }

    /// <summary>The most probable numbers, the best first; equally probable ones in the order of their digits.</summary>
    /// <param name="a">The network's outputs, [columns, 11]: the probabilities of ten digits and the blank.</param>
    /// <param name="options">What the number may be.</param>
    /// <param name="count">How many are returned at most.</param>
    /// <param name="constants">How wide the beam is.</param>
    /// <param name="work">Counts the prefixes as ways.</param>
    public static IReadOnlyList<LineText> Best(
        ReadOnlySpan<float> a, ReadingOptions options, int count, LineConstants constants, ReadingWork work)
    {
        DigitAutomaton automaton = DigitAutomaton.Of(options);
        int width = Math.Max(count, automaton.Rule is null ? constants.BeamWidth : constants.BeamWidthForRule);
        LineColumn[] columns = LineColumn.AllOf(a, constants.MinProbability);
        LineText[] best = BestOf(columns);
        // Where the options rule out what the columns show, an improbable digit may be better than what is left.
        double bestPath = columns.Sum(column => column.BestLog);
        return best.Length > 0 && best[0].LogProbability >= bestPath + PortableMath.Log(constants.MinShareOfBestPath)
            ? best
            : BestOf(LineColumn.AllOf(a, minProbability: 0));

        LineText[] BestOf(LineColumn[] line) =>
            [.. new PrefixBeam(line, automaton, width, work).Search()
                .Where(text => automaton.Rule?.Invoke(text.Digits) != false)
                .OrderByDescending(text => text.LogProbability)
                .ThenBy(text => text.Digits, StringComparer.Ordinal)
                .Take(count)];
    }

    private List<LineText> Search()
    {
        List<Prefix> beam = [];
        Offer(0, new Prefix(Before: -1, LastDigit: -1, DigitAutomaton.Start, InBlank: 0, InDigit: double.NegativeInfinity));
        KeepBest(beam);
        for (int t = 0; t < _columns.Length; t++)
        {
            _work.CountWays(beam.Count * (1 + _columns[t].Digits.Length));
            Extend(beam, t);
            KeepBest(beam);
        }

        return [.. beam.Select(prefix => new LineText(_texts.TextOf(prefix.Text), prefix.Total))];
    }

    /// <summary>Offers what the prefixes of the beam become in a column.</summary>
    private void Extend(List<Prefix> beam, int t)
    {
        LineColumn column = _columns[t];
        int[] continuations = new int[beam.Count]; // by prefix: the digits with which it is in the beam too, a bit each
        foreach (ref readonly Prefix prefix in CollectionsMarshal.AsSpan(beam))
        {
            double inBlank = prefix.Total + column.BlankLog, inDigit = double.NegativeInfinity;
            if (prefix.LastDigit >= 0)
            {
                inDigit = prefix.InDigit + column.Log(prefix.LastDigit);
                if (_positions[prefix.Before] is var before and >= 0)
                {
                    double begun = beam[before].LogBefore(prefix.LastDigit) + column.Log(prefix.LastDigit);
                    inDigit = CtcAlignments.Add(inDigit, begun);
                    continuations[before] |= 1 << prefix.LastDigit;
                }
            }

            Offer(t + 1, prefix with { InBlank = inBlank, InDigit = inDigit });
        }

        for (int i = 0; i < beam.Count; i++)
        {
            Prefix prefix = beam[i];
            foreach (int digit in column.Digits)
            {
                if ((continuations[i] & (1 << digit)) != 0 || _automaton.Step(prefix.State, digit) is not (var state and >= 0))
                    continue;
                double begun = prefix.LogBefore(digit) + column.Log(digit);
                Offer(t + 1, new Prefix(prefix.Text, digit, state, InBlank: double.NegativeInfinity, begun));
            }
        }
    }

    /// <summary>Adds a prefix of the columns before <paramref name="t"/>, unless no allowed number can begin so.</summary>
    private void Offer(int t, in Prefix prefix)
    {
        double rank = CtcAlignments.Add(
            prefix.InBlank + _completions.Of(t, prefix.State, lastDigit: -1),
            prefix.InDigit + _completions.Of(t, prefix.State, prefix.LastDigit));
        if (!(rank > _leastRank))
            return;
        _candidates.Add((rank, _offered++, prefix));
        if (_candidates.Count >= 2 * _width)
            Shorten();
    }

    /// <summary>Drops all candidates but the best; of equal ones the first offered are kept.</summary>
    private void Shorten()
    {
        if (_candidates.Count < _width)
            return;
        _candidates.Sort((a, b) => b.Rank.CompareTo(a.Rank) is var byRank and not 0 ? byRank : a.Order.CompareTo(b.Order));
        _candidates.RemoveRange(_width, _candidates.Count - _width);
        _leastRank = _candidates[^1].Rank;
    }

    /// <summary>Replaces the beam by the best candidates.</summary>
    private void KeepBest(List<Prefix> beam)
    {
        foreach (Prefix prefix in beam)
            _positions[prefix.Text] = -1;
        beam.Clear();
        Shorten();
        foreach ((_, _, Prefix prefix) in _candidates)
        {
            int text = prefix.Before < 0 ? DigitTexts.Empty : _texts.Of(DigitTexts.KeyOf(prefix.Before, prefix.LastDigit));
            if (text == _positions.Count)
                _positions.Add(-1);
            _positions[text] = beam.Count;
            beam.Add(prefix with { Text = text, Total = CtcAlignments.Add(prefix.InBlank, prefix.InDigit) });
        }

        _candidates.Clear();
        (_leastRank, _offered) = (double.NegativeInfinity, 0);
    }

    /// <summary>The first digits of a number, with the log probability of their alignments with the columns so far.</summary>
    /// <param name="Before">Its text without the last digit, in <see cref="DigitTexts"/>; -1 where there is none.</param>
    /// <param name="LastDigit">-1 where there is none.</param>
    /// <param name="State">Its state in the automaton.</param>
    /// <param name="InBlank">Of those that end in a blank.</param>
    /// <param name="InDigit">Of those that end in the last digit.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Prefix(int Before, int LastDigit, int State, double InBlank, double InDigit)
    {
        /// <summary>Its text, in <see cref="DigitTexts"/>; set once it is in the beam.</summary>
        public int Text { get; init; }

        /// <summary>Of both; set once it is in the beam.</summary>
        public double Total { get; init; }

        /// <summary>Of those that continue with a digit as a new one.</summary>
        public double LogBefore(int digit) => digit == LastDigit ? InBlank : Total;
    }
}
