using System.Runtime.InteropServices;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Cutting;

/// <summary>
/// All ways to put a number together from its parts: each way is a row of segments that are digits, and of parts that are none.
/// The likeliest is found by beam search; <see cref="WayCosts"/> and the networks' opinions score a step.
/// </summary>
/// <remarks>
/// At each part the <see cref="LatticeConstants.MaxWays"/> best ways to different digits are kept
/// (<see cref="LatticeConstants.MaxWaysToFit"/> where the number must fit something), each as its last step and the index of the
/// way before it. So memory is that of the kept ways, and at most <see cref="MaxWaysPerPart"/> ways are scored for each part,
/// whatever the segments look like.
/// </remarks>
internal sealed class Lattice
{
    private readonly IReadOnlyList<Segment> _segments;
    private readonly IReadOnlyList<float[]> _probabilities;
    private readonly int[][] _to; // by the part behind their last: indices of segments, by their first part
    private readonly WayCosts _costs;
    private readonly LatticeConstants _constants;
    private readonly SeparatorConstants _separatorConstants;
    private readonly SeparatorShape?[] _separators; // by segment; null where it cannot be one
    private readonly int _parts;

    /// <param name="segments">All segments.</param>
    /// <param name="probabilities">For each, [11]: that it is a 0, … a 9, and that it is no digit.</param>
    /// <param name="parts">The number's parts.</param>
    /// <param name="digitHeight">How high its digits are.</param>
    /// <param name="middle">The row that their middles lie on.</param>
    /// <param name="constants">What a way costs, and what separators look like.</param>
    public Lattice(
        IReadOnlyList<Segment> segments, IReadOnlyList<float[]> probabilities, InkParts parts, double digitHeight, double middle,
        ReaderConstants constants)
    {
        _parts = parts.Count;
        (_constants, _separatorConstants) = (constants.Lattice, constants.Separators);
        _costs = new WayCosts(digitHeight, middle, parts.Pen, _constants);
        _separators = [.. segments.Select(segment => parts.IsWholePiece(segment)
            ? SeparatorShape.Of(segment, digitHeight, _constants, _separatorConstants)
            : (SeparatorShape?)null)];
        _segments = segments;
        _probabilities = probabilities;
        ILookup<int, int> byEnd = Enumerable.Range(0, segments.Count).ToLookup(i => segments[i].End);
        _to = [.. Enumerable.Range(0, _parts + 1).Select(end => byEnd[end].OrderBy(i => segments[i].First).ToArray())];
    }

    /// <summary>
    /// The most ways that are scored for a part: from each kept one, with each segment that ends there, as each digit or as none.
    /// </summary>
    public static int MaxWaysPerPart(ReaderConstants constants) =>
        constants.Lattice.MaxWaysToFit * (2 * constants.Segments.MaxParts * 10 + constants.Segments.MaxParts + 1);

    /// <summary>The likeliest ways, the best first; several ways to the same digits count as the best of them.</summary>
    /// <param name="options">What the number may be.</param>
    /// <param name="work">Counts the ways.</param>
    public IReadOnlyList<Way> Best(ReadingOptions options, ReadingWork work)
    {
        bool isFree = options.ExpectedDigits is null && options.AllowedPattern is null;
        int mostDigits = options.ExpectedDigits ?? int.MaxValue, digitsPerSegment = isFree ? _constants.DigitsPerSegment : 10;
        Choice[][] choices = [.. Enumerable.Range(0, _segments.Count).Select(i => ChoicesOf(i, digitsPerSegment))];
        bool hasSeparators = options.AllowedPattern is { HasSeparators: true };
        double[] shapeCosts = [.. _segments.Select(_costs.OfShape)];
        DigitTexts texts = new();
        List<Node> nodes = [new Node(0, DigitTexts.Empty, Before: -1, Segment: -1, Digit: -1, LastDigit: -1, IsSeparated: false)];
        int[] first = new int[_parts + 2]; // of the nodes at each part
        first[1] = 1;
        Shortlist shortlist = new(isFree ? _constants.MaxWays : _constants.MaxWaysToFit);
        Dictionary<long, bool> fits = [];
        for (int end = 1; end <= _parts; end++)
        {
            shortlist.Clear();
            for (int at = 0, next; at < _to[end].Length; at = next)
            {
                int part = _segments[_to[end][at]].First;
                for (next = at + 1; next < _to[end].Length && _segments[_to[end][next]].First == part;)
                    next++;
                for (int before = first[part]; before < first[part + 1]; before++)
                {
                    foreach (int i in _to[end].AsSpan(at..next))
                        Extend(before, i, isLast: end == _parts);
                }
            }

            foreach (Candidate candidate in shortlist.Best())
            {
                int lastDigit = candidate.Digit < 0 ? nodes[candidate.Before].LastDigit : candidate.Segment;
                int text = texts.Of(candidate.Text);
                nodes.Add(new Node(
                    candidate.Score,
                    text,
                    candidate.Before,
                    candidate.Segment,
                    candidate.Digit,
                    lastDigit,
                    candidate.IsSeparated));
            }

            first[end + 1] = nodes.Count;
        }

        return [.. Enumerable.Range(first[_parts], first[_parts + 1] - first[_parts]).Select(WayTo)];

        Way WayTo(int node) => new(texts.TextOf(nodes[node].Text), nodes[node].Score, StepsTo(nodes, node));

        void Extend(int before, int segment, bool isLast)
        {
            Node way = nodes[before];
            bool isPart = _segments[segment].End == _segments[segment].First + 1 && !_segments[segment].IsBorrowing;
            work.CountWays(choices[segment].Length + (isPart ? 1 : 0) + (_separators[segment] is null ? 0 : 1));
            double overlap = way.LastDigit < 0 ? 0 : _costs.OfOverlap(_segments[way.LastDigit], _segments[segment]);
            double shape = -shapeCosts[segment] - overlap;
            int place = texts.LengthOf(way.Text);
            SeparatorKind? expected = hasSeparators ? options.AllowedPattern!.SeparatorBefore(place) : null;
            bool mayDivide = MayDivide(segment, place, isLast, expected);
            double separator = mayDivide ? _separators[segment]!.Value.Probability(_separatorConstants) : 0;
            shape += _costs.LogProbability(1 - separator);
            if (expected is not null && !way.IsSeparated)
                shape -= _separatorConstants.MissingPenalty;
            foreach (Choice choice in choices[segment])
            {
                if (place >= mostDigits || options.AllowedPattern?.MayHave(choice.Digit, place) == false)
                    continue;
                double score = way.Score + choice.LogProbability + shape;
                long text = DigitTexts.KeyOf(way.Text, choice.Digit);
                Offer(new Candidate(score, text, before, segment, choice.Digit, IsSeparated: false), place + 1, isLast);
            }

            if (mayDivide)
            {
                double match = expected is { } kind ? _separators[segment]!.Value.Match(kind, _separatorConstants) : separator;
                double score = way.Score + _costs.LogProbability(match);
                Offer(new Candidate(score, texts.KeyOf(way.Text), before, segment, -1, hasSeparators), place, isLast);
            }

            if (isPart)
            {
                double score = way.Score + _costs.LogProbabilityOfNoDigit(_segments[segment], _probabilities[segment][10]);
                Offer(new Candidate(score, texts.KeyOf(way.Text), before, segment, -1, way.IsSeparated), place, isLast);
            }

            bool MayDivide(int at, int digits, bool isEnd, SeparatorKind? wanted)
            {
                if (_separators[at] is not { } look || hasSeparators)
                    return _separators[at] is not null && wanted is not null && !way.IsSeparated;
                bool isPlaced = digits > 0 ? !isEnd || !look.Opens && look.Kind == SeparatorKind.Other : look.Opens;
                return isPlaced && !look.IsLow && look.Probability(_separatorConstants) >= _separatorConstants.MinProbability;
            }
        }

        void Offer(Candidate candidate, int length, bool isLast)
        {
            if (isLast && length == 0)
                candidate = candidate with { Score = candidate.Score - _constants.EmptyPenalty };
            if (isLast)
                candidate = candidate with { IsSeparated = false }; // all ways to a text are one
            if (shortlist.IsTooUnlikely(candidate) || (isLast && length != (options.ExpectedDigits ?? length)))
                return;
            if (isLast && options.AllowedPattern is { } pattern)
            {
                if (!fits.TryGetValue(candidate.Text, out bool isFitting))
                    fits.Add(candidate.Text, isFitting = pattern.Fits(texts.TextOf(candidate.Text)));
                if (!isFitting)
                    return;
            }

            shortlist.Add(candidate);
        }
    }

    /// <summary>The likeliest way to a number; null where none is found.</summary>
    /// <param name="text">Its digits.</param>
    /// <param name="options">What the number may be.</param>
    /// <param name="work">Counts the ways.</param>
    public Way? BestTo(string text, ReadingOptions options, ReadingWork work)
    {
        NumberPattern pattern = options.AllowedPattern?.With(text) ?? NumberPattern.Parse(text);
        return Best(new ReadingOptions { AllowedPattern = pattern }, work) is [var best, ..] ? best : null;
    }

    private static Step[] StepsTo(List<Node> nodes, int last)
    {
        List<Step> steps = [];
        for (int i = last; nodes[i].Before >= 0; i = nodes[i].Before)
            steps.Add(new Step(nodes[i].Segment, nodes[i].Digit));
        steps.Reverse();
        return [.. steps];
    }

    /// <summary>The digits that a segment may be, the likeliest first.</summary>
    private Choice[] ChoicesOf(int segment, int most)
    {
        float[] p = _probabilities[segment];
        IEnumerable<int> likeliest = Enumerable.Range(0, 10).OrderByDescending(digit => p[digit]).Take(most);
        return [.. likeliest.Select(digit => new Choice(digit, _costs.LogProbability(p[digit])))];
    }

    /// <summary>What a way does with a segment.</summary>
    /// <param name="Segment">The segment's index.</param>
    /// <param name="Digit">The digit it is; -1 for none.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Step(int Segment, int Digit);

    /// <summary>A way from the first part to the last.</summary>
    /// <param name="Text">Its digits.</param>
    /// <param name="Score">Its log likelihood.</param>
    /// <param name="Steps">From the first part on.</param>
    internal sealed record Way(string Text, double Score, IReadOnlyList<Step> Steps);

    /// <summary>A digit that a segment may be.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Choice(int Digit, double LogProbability);

    /// <summary>A kept way from the first part to some part, as its last step.</summary>
    /// <param name="Score">Its log likelihood.</param>
    /// <param name="Text">Its digits, in <see cref="DigitTexts"/>.</param>
    /// <param name="Before">The index of the way without the last step; -1 at the beginning.</param>
    /// <param name="Segment">The last step's segment.</param>
    /// <param name="Digit">The digit that is; -1 for none.</param>
    /// <param name="LastDigit">The last segment that is a digit; -1 where none is.</param>
    /// <param name="IsSeparated">Whether a separator of the pattern was found since the last digit.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Node(
        double Score, int Text, int Before, int Segment, int Digit, int LastDigit, bool IsSeparated);
}
