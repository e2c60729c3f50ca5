using Inkling.Evaluation;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Cutting;

/// <summary>
/// What two networks think of segments. The first was trained on segments of written numbers and tells digits from non-digits;
/// the second was trained on whole digits only and is better at which digit it is.
/// </summary>
internal sealed class SegmentJudge
{
    /// <summary>The opinion on what is too low to be a digit.</summary>
    private static readonly float[] NoDigit = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    private const int Pixels = MnistNormalisation.Side * MnistNormalisation.Side, Digits = 10;

    /// <summary>Segments shown to a network in one call: between two calls a cancelled reading can end.</summary>
    public const int AtOnce = 64;

    /// <summary>The first network, loaded when it is first asked; all readers share it.</summary>
    private static readonly Lazy<CalibratedNetwork> SharedSegments = LoadedLater(BundledModels.LoadSegments);

    private readonly Lazy<CalibratedNetwork> _first = SharedSegments, _second;

    /// <param name="digits">The second network, as it is now.</param>
    public SegmentJudge(Network digits) =>
        _second = new Lazy<CalibratedNetwork>(new CalibratedNetwork(digits.Freeze(), digits.Temperature));

    /// <param name="digits">
    /// Loads the second network, for this judge alone, when it is first asked: where the first is sure, it never is.
    /// </param>
    public SegmentJudge(Func<Network> digits) => _second = LoadedLater(digits);

    /// <summary>Whether the second network is in memory: given, or loaded when it was first asked.</summary>
    public bool IsSecondLoaded => _second.IsValueCreated;

    /// <summary>
    /// For each segment, [11]: that it is a 0, … a 9, and that it is no digit, by the first network alone. It is asked in three
    /// rounds, since most segments are parts of a piece of ink that clearly is a digit: about whole pieces; about runs of parts
    /// that neither cut a sure piece nor join two; about those that borrow a stroke, where the same without it is unlikely.
    /// </summary>
    /// <param name="segments">The segments of <see cref="Segments.Of"/>, in its order.</param>
    /// <param name="parts">The number's parts.</param>
    /// <param name="digitHeight">How high its digits are.</param>
    /// <param name="costs">Tell which pieces are sure.</param>
    /// <param name="constants">Which segments are too low.</param>
    /// <param name="work">Counts the segments.</param>
    public float[][] Judge(
        IReadOnlyList<Segment> segments, InkParts parts, double digitHeight, WayCosts costs, SegmentConstants constants,
        ReadingWork work)
    {
        float[][] opinions = new float[segments.Count][];
        Array.Fill(opinions, NoDigit);
        bool[] isSure = new bool[parts.Count]; // by part: whether its whole piece is
        AskAbout(i => parts.IsWholePiece(segments[i]));
        for (int i = 0; i < opinions.Length; i++)
        {
            if (parts.IsWholePiece(segments[i]) && costs.OfDigit(segments[i], opinions[i]) < costs.OfCut)
                Array.Fill(isSure, true, segments[i].First, segments[i].End - segments[i].First);
        }

        AskAbout(i => !segments[i].IsBorrowing && !parts.IsWholePiece(segments[i]) && !CutsOrJoinsSure(segments[i]));
        AskAbout(i => segments[i].IsBorrowing && !CutsOrJoinsSure(segments[i])
            && costs.OfDigit(segments[i - 1], opinions[i - 1]) > costs.OfShape(segments[i])); // that before is the same without
        return opinions;

        void AskAbout(Func<int, bool> isAsked)
        {
            bool IsHigh(int i) => segments[i].Box.Height >= constants.MinHeight * digitHeight;
            int[] asked = [.. Enumerable.Range(0, segments.Count).Where(i => IsHigh(i) && isAsked(i))];
            float[][] answers = Ask(_first, [.. asked.Select(i => segments[i].Glyph)], work);
            foreach ((int at, int i) in asked.Index())
                opinions[i] = answers[at];
        }

        bool CutsOrJoinsSure(Segment s)
        {
            if ((isSure[s.First] && parts.IsCutBefore(s.First)) || (isSure[s.End - 1] && s.IsCutOff))
                return true;
            IEnumerable<int> sure = Enumerable.Range(s.First, s.End - s.First).Where(i => isSure[i]);
            return sure.DistinctBy(i => parts.Pieces[i]).Skip(1).Any();
        }
    }

    /// <summary>
    /// The same, by both networks: whether it is a digit by the first, which digit by a weighted mean of both. The second, which
    /// takes five times as long, is not asked where the first is sure.
    /// </summary>
    /// <param name="segments">The segments.</param>
    /// <param name="first">What the first network thinks of each.</param>
    /// <param name="secondShare">The second network's weight, 0 to 1.</param>
    /// <param name="constants">From when on the first network is sure.</param>
    /// <param name="work">Counts the segments.</param>
    public float[][] JudgeAgain(
        IReadOnlyList<Segment> segments, IReadOnlyList<float[]> first, float secondShare, SegmentConstants constants,
        ReadingWork work)
    {
        float[][] opinions = [.. first];
        int[] asked = [.. Enumerable.Range(0, first.Count).Where(i => first[i].Take(Digits).Max() < constants.SureByFirst)];
        float[][] second = Ask(_second, [.. asked.Select(i => segments[i].Glyph)], work);
        foreach ((int at, int i) in asked.Index())
        {
            float isDigit = 1 - first[i][Digits];
            float[] both = new float[Digits + 1];
            for (int d = 0; d < Digits; d++)
                both[d] = (1 - secondShare) * first[i][d] + secondShare * isDigit * second[at][d];
            both[Digits] = first[i][Digits];
            opinions[i] = both;
        }

        return opinions;
    }

    /// <summary>What both networks think of one segment.</summary>
    public float[] JudgeByBoth(Segment segment, SegmentConstants constants, ReadingWork work)
    {
        float[][] first = Ask(_first, [segment.Glyph], work);
        return JudgeAgain([segment], first, constants.SecondShare, constants, work)[0];
    }

    /// <summary>
    /// The probability, by the first network alone, that glyphs are digits after half a turn: the geometric mean of the likeliest
    /// digits'.
    /// </summary>
    public double ProbabilityUpsideDown(IReadOnlyList<byte[]> glyphs, ReadingWork work)
    {
        float[][] opinions = Ask(_first, [.. glyphs.Select(HalfTurned)], work);
        return Math.Exp(opinions.Average(opinion => Math.Log(opinion.Take(Digits).Max())));

        static byte[] HalfTurned(byte[] glyph) => [.. glyph.Reverse()];
    }

    private static float[][] Ask(Lazy<CalibratedNetwork> loaded, IReadOnlyList<byte[]> glyphs, ReadingWork work)
    {
        if (glyphs.Count == 0)
            return [];
        (FrozenNetwork network, double temperature) = loaded.Value;
        float[][] opinions = new float[glyphs.Count][];
        int most = Math.Min(AtOnce, glyphs.Count);
        float[] inputs = new float[most * Pixels], outputs = new float[most * network.OutputSize];
        for (int start = 0; start < glyphs.Count; start += AtOnce)
        {
            int count = Math.Min(AtOnce, glyphs.Count - start);
            work.CountSegments(count);
            for (int i = 0; i < count; i++)
            {
                byte[] glyph = glyphs[start + i];
                for (int p = 0; p < Pixels; p++)
                    inputs[i * Pixels + p] = glyph[p] / 255f;
            }

            network.FeedForward(inputs.AsSpan(0, count * Pixels), outputs.AsSpan(0, count * network.OutputSize));
            for (int i = 0; i < count; i++)
                opinions[start + i] = Confidence.Of(outputs.AsSpan(i * network.OutputSize, network.OutputSize), temperature);
        }

        return opinions;
    }

    /// <summary>A failure, such as of memory, is not kept: the next reading loads again.</summary>
    private static Lazy<CalibratedNetwork> LoadedLater(Func<Network> load) => new(
        () =>
        {
            Network network = load();
            return new CalibratedNetwork(network.FreezeInPlace(), network.Temperature);
        },
        LazyThreadSafetyMode.PublicationOnly);

    private sealed record CalibratedNetwork(FrozenNetwork Network, double Temperature);
}
