namespace Inkling;

/// <summary>
/// All ways to put a number together from its parts: each way is a row of segments that are digits, and of parts that are
/// none. What a segment looks like (to the network), how large it is and where it stands decide which way is likeliest.
/// </summary>
internal sealed class Lattice
{
    /// <summary>Ways kept at each part.</summary>
    private const int MostWays = 12, MostWaysToFit = 200;

    private const int DigitsEach = 3;

    /// <summary>How much less likely digits are for their size, for standing above or below the line, for a gap in them, for each piece they are joined from, for being cut off from the next, and for a stroke borrowed from it.</summary>
    private const double LowOrHigh = 5, Aside = 12, Torn = 8, Joined = 0.7, CutOff = 0.5, Borrowed = 0.5;

    /// <summary>How much less likely it is that there is no digit at all: pictures are taken of something.</summary>
    private const double Empty = 3;

    private readonly List<Segment>[] _from; // by first part
    private readonly Dictionary<Segment, float[]> _probabilities;
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
        _from = [.. Enumerable.Range(0, _parts).Select(first => segments.Where(segment => segment.First == first).ToList())];
        _probabilities = segments.Zip(probabilities).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>The likeliest ways, the best first; several ways to the same digits count as the best of them.</summary>
    /// <param name="options">What the number may be.</param>
    /// <param name="work">Counts the ways.</param>
    public IReadOnlyList<Way> Best(ReadingOptions options, ReadingWork work)
    {
        bool isFree = options.ExpectedDigits is null && options.AllowedPattern is null;
        List<Way>[] ways = [.. Enumerable.Range(0, _parts + 1).Select(_ => new List<Way>())];
        ways[0].Add(new Way("", 0, null, default));
        for (int part = 0; part < _parts; part++)
        {
            foreach (Way way in Kept(ways[part], isFree))
            {
                work.CountWays(_from[part].Count);
                foreach (Segment segment in _from[part])
                {
                    float[] p = _probabilities[segment];
                    double geometry = Geometry(segment) - Overlap(way, segment);
                    foreach (int digit in Enumerable.Range(0, 10).OrderByDescending(d => p[d]).Take(isFree ? DigitsEach : 10))
                    {
                        string text = way.Text + (char)('0' + digit);
                        if (text.Length <= (options.ExpectedDigits ?? int.MaxValue) && options.AllowedPattern?.MayBegin(text) != false)
                            ways[segment.End].Add(new Way(text, way.Score + Log(p[digit]) + geometry, way, new Step(segment, digit)));
                    }

                    if (segment.End == part + 1 && !segment.IsBorrowing)
                        ways[segment.End].Add(new Way(way.Text, way.Score + NoDigit(segment, p[10]), way, new Step(segment, -1)));
                }
            }
        }

        return [.. Kept(ways[_parts].Select(way => way.Text.Length > 0 ? way : way with { Score = way.Score - Empty }).Where(way => way.Text.Length == (options.ExpectedDigits ?? way.Text.Length) && options.AllowedPattern?.Fits(way.Text) != false), isFree)];
    }

    private static IEnumerable<Way> Kept(IEnumerable<Way> ways, bool isFree) =>
        ways.OrderByDescending(way => way.Score).DistinctBy(way => way.Text, StringComparer.Ordinal).Take(isFree ? MostWays : MostWaysToFit);

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
    private static double Overlap(Way way, Segment segment)
    {
        while (way.Before is not null && way.Last.Digit < 0)
            way = way.Before;
        if (way.Before is null)
            return 0;
        PixelBox before = way.Last.Segment.Box;
        double share = (double)before.CommonColumns(segment.Box) / Math.Max(1, Math.Min(before.Width, segment.Box.Width));
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
    /// <param name="Segment">The segment.</param>
    /// <param name="Digit">The digit it is; -1 for none.</param>
    internal readonly record struct Step(Segment Segment, int Digit);

    /// <summary>A way from the first part to some part.</summary>
    /// <param name="Text">The digits so far.</param>
    /// <param name="Score">The logarithm of how likely it is.</param>
    /// <param name="Before">The way without its last step; null at the beginning.</param>
    /// <param name="Last">Its last step.</param>
    internal sealed record Way(string Text, double Score, Way? Before, Step Last)
    {
        public IEnumerable<Step> Steps => Before is null ? [] : Before.Steps.Append(Last);
    }
}
