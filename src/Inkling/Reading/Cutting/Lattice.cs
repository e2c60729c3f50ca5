using System.Runtime.InteropServices;
using Inkling.Reading.Budget;

namespace Inkling.Reading.Cutting;

/// <summary>
/// All ways to put a number together from its parts: each way is a row of segments that are digits, and of parts that are
/// none. What a segment looks like (to the network), how large it is and where it stands decide which way is likeliest.
/// </summary>
/// <remarks>
/// A beam search: at each part the <see cref="MostWays"/> best ways to different digits are kept (<see cref="MostWaysToFit"/> where the
/// number must fit something), each as its last step and the index of the way before it. So memory is that of the kept ways,
/// and at most <see cref="MostWaysEach"/> ways are scored for each part, whatever the segments look like.
/// </remarks>
internal sealed class Lattice
{
    /// <summary>Ways kept at each part.</summary>
    private const int MostWays = 12, MostWaysToFit = 200;

    private const int DigitsEach = 3;

    /// <summary>The most ways that are scored for a part: from each kept one, with each segment that ends there, as each digit or as none.</summary>
    public const int MostWaysEach = MostWaysToFit * (2 * Segments.MostParts * 10 + 1);

    /// <summary>How much less likely digits are for their size, for standing above or below the line, for a gap in them, for each piece they are joined from, for being cut off from the next, and for a stroke borrowed from it.</summary>
    private const double LowOrHigh = 5, Aside = 12, Torn = 8, Joined = 0.7, CutOff = 0.5, Borrowed = 0.5;

    /// <summary>How much less likely it is that there is no digit at all: pictures are taken of something.</summary>
    private const double Empty = 3;

    private readonly IReadOnlyList<Segment> _segments;
    private readonly IReadOnlyList<float[]> _probabilities;
    private readonly int[][] _to; // by the part behind their last: indices of segments, by their first part
    private readonly double _height, _middle, _pen;
    private readonly int _parts;

    /// <param name="segments">All segments.</param>
    /// <param name="probabilities">For each, [11]: that it is a 0, … a 9, and that it is no digit.</param>
    /// <param name="parts">The number's parts.</param>
    /// <param name="digitHeight">How high its digits are.</param>
    /// <param name="middle">The row that their middles lie on.</param>
    public Lattice(IReadOnlyList<Segment> segments, IReadOnlyList<float[]> probabilities, InkParts parts, double digitHeight, double middle)
    {
        _parts = parts.Count;
        _height = digitHeight;
        _middle = middle;
        _pen = parts.Pen;
        _segments = segments;
        _probabilities = probabilities;
        ILookup<int, int> byEnd = Enumerable.Range(0, segments.Count).ToLookup(i => segments[i].End);
        _to = [.. Enumerable.Range(0, _parts + 1).Select(end => byEnd[end].OrderBy(i => segments[i].First).ToArray())];
    }

    /// <summary>The likeliest ways, the best first; several ways to the same digits count as the best of them.</summary>
    /// <param name="options">What the number may be.</param>
    /// <param name="work">Counts the ways.</param>
    public IReadOnlyList<Way> Best(ReadingOptions options, ReadingWork work)
    {
        bool isFree = options.ExpectedDigits is null && options.AllowedPattern is null;
        int mostDigits = options.ExpectedDigits ?? int.MaxValue, digitsEach = isFree ? DigitsEach : 10;
        Choice[][] choices = [.. Enumerable.Range(0, _segments.Count).Select(i => ChoicesOf(i, digitsEach))];
        double[] geometry = [.. _segments.Select(Geometry)];
        DigitTexts texts = new();
        List<Node> nodes = [new Node(0, DigitTexts.Empty, Before: -1, Segment: -1, Digit: -1, LastDigit: -1)];
        int[] first = new int[_parts + 2]; // of the nodes at each part
        first[1] = 1;
        Shortlist shortlist = new(isFree ? MostWays : MostWaysToFit);
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
                nodes.Add(new Node(candidate.Score, texts.Of(candidate.Text), candidate.Before, candidate.Segment, candidate.Digit, lastDigit));
            }

            first[end + 1] = nodes.Count;
        }

        return [.. Enumerable.Range(first[_parts], first[_parts + 1] - first[_parts]).Select(i => new Way(texts.TextOf(nodes[i].Text), nodes[i].Score, StepsTo(nodes, i)))];

        void Extend(int before, int segment, bool isLast)
        {
            Node way = nodes[before];
            bool isPart = _segments[segment].End == _segments[segment].First + 1 && !_segments[segment].IsBorrowing;
            work.CountWays(choices[segment].Length + (isPart ? 1 : 0));
            double shape = geometry[segment] - Overlap(way, segment);
            foreach (Choice choice in choices[segment])
            {
                int place = texts.LengthOf(way.Text);
                if (place < mostDigits && options.AllowedPattern?.MayHave(choice.Digit, place) != false)
                    Offer(new Candidate(way.Score + choice.Logarithm + shape, DigitTexts.KeyOf(way.Text, choice.Digit), before, segment, choice.Digit), place + 1, isLast);
            }

            if (isPart)
                Offer(new Candidate(way.Score + NoDigit(_segments[segment], _probabilities[segment][10]), texts.KeyOf(way.Text), before, segment, -1), texts.LengthOf(way.Text), isLast);
        }

        void Offer(Candidate candidate, int length, bool isLast)
        {
            if (isLast && length == 0)
                candidate = candidate with { Score = candidate.Score - Empty };
            if (shortlist.IsOutOfQuestion(candidate) || (isLast && length != (options.ExpectedDigits ?? length)))
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
        return [.. Enumerable.Range(0, 10).OrderByDescending(digit => p[digit]).Take(most).Select(digit => new Choice(digit, Log(p[digit])))];
    }

    private static double Log(double p) => Math.Log(Math.Max(p, 1e-6));

    /// <summary>How much less likely a digit is for being low or high, above or below the line, or torn apart.</summary>
    private double Geometry(Segment segment)
    {
        double height = segment.Box.Height / _height, offset = Math.Abs(segment.Box.Top + segment.Box.Height / 2.0 - _middle) / _height;
        double size = height < 0.6 ? Math.Log(height / 0.6) : height > 1.6 ? Math.Log(height / 1.6) : 0;
        double aside = Math.Max(0, offset - 0.35), torn = Math.Max(0, segment.Gap / _height - 0.1);
        return -(LowOrHigh * size * size + Aside * aside * aside + Torn * torn + Joined * (segment.Pieces - 1) + (segment.IsCutOff ? CutOff : 0) + (segment.IsBorrowing ? Borrowed : 0));
    }

    /// <summary>Digits stand beside each other: how much less likely one is for standing above or below the one before.</summary>
    private double Overlap(Node way, int segment)
    {
        if (way.LastDigit < 0)
            return 0;
        PixelBox before = _segments[way.LastDigit].Box, box = _segments[segment].Box;
        double share = (double)before.CommonColumns(box) / Math.Max(1, Math.Min(before.Width, box.Width));
        return share > 0.5 ? 8 * (share - 0.5) : 0;
    }

    /// <summary>How likely it is that a part is no digit: a dot or a dash is none, and the more ink is left unread the less likely.</summary>
    private double NoDigit(Segment segment, float p)
    {
        double height = segment.Box.Height / _height, ink = segment.Area / (_pen * _height);
        bool isSmall = height < 0.4 && Math.Max(segment.Box.Width, segment.Box.Height) < 0.9 * _height;
        return isSmall ? 0.4 * Log(p) - 0.1 - 0.5 * ink : Log(p) - 1 - 4 * ink;
    }

    /// <summary>What a way does with a segment.</summary>
    /// <param name="Segment">The segment's index.</param>
    /// <param name="Digit">The digit it is; -1 for none.</param>
    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Step(int Segment, int Digit);

    /// <summary>A way from the first part to the last.</summary>
    /// <param name="Text">Its digits.</param>
    /// <param name="Score">The logarithm of how likely it is.</param>
    /// <param name="Steps">From the first part on.</param>
    internal sealed record Way(string Text, double Score, IReadOnlyList<Step> Steps);

    /// <summary>A digit that a segment may be, and the logarithm of how likely that is.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Choice(int Digit, double Logarithm);

    /// <summary>A kept way from the first part to some part, as its last step.</summary>
    /// <param name="Score">The logarithm of how likely it is.</param>
    /// <param name="Text">Its digits, in <see cref="DigitTexts"/>.</param>
    /// <param name="Before">The index of the way without the last step; -1 at the beginning.</param>
    /// <param name="Segment">The last step's segment.</param>
    /// <param name="Digit">The digit that is; -1 for none.</param>
    /// <param name="LastDigit">The last segment that is a digit; -1 where none is.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Node(double Score, int Text, int Before, int Segment, int Digit, int LastDigit);
}
