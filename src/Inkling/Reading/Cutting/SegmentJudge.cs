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

    private readonly FrozenNetwork _first, _second;
    private readonly double _firstTemperature, _secondTemperature;

    public SegmentJudge(Network digits)
    {
        Network segments = BundledModels.LoadSegments();
        (_first, _firstTemperature) = (segments.Freeze(), segments.Temperature);
        (_second, _secondTemperature) = (digits.Freeze(), digits.Temperature);
    }

    /// <summary>For each segment, [11]: that it is a 0, … a 9, and that it is no digit, by the first network alone.</summary>
    public float[][] Judge(IReadOnlyList<Segment> segments, double digitHeight, SegmentConstants constants, ReadingWork work)
    {
        bool[] isLarge = [.. segments.Select(segment => segment.Box.Height >= constants.MinHeight * digitHeight)];
        Queue<float[]> opinions = new(Ask(_first, _firstTemperature, [.. segments.Where((_, i) => isLarge[i])], work));
        return [.. isLarge.Select(large => large ? opinions.Dequeue() : NoDigit)];
    }

    /// <summary>The same, by both networks: whether it is a digit by the first, which digit by a weighted mean of both.</summary>
    /// <param name="segments">The segments.</param>
    /// <param name="first">What the first network thinks of each.</param>
    /// <param name="secondShare">The second network's weight, 0 to 1.</param>
    /// <param name="work">Counts the segments.</param>
    public float[][] JudgeAgain(
        IReadOnlyList<Segment> segments, IReadOnlyList<float[]> first, float secondShare, ReadingWork work)
    {
        float[][] second = Ask(_second, _secondTemperature, segments, work);
        for (int i = 0; i < second.Length; i++)
        {
            float isDigit = 1 - first[i][Digits];
            float[] both = new float[Digits + 1];
            for (int d = 0; d < Digits; d++)
                both[d] = (1 - secondShare) * first[i][d] + secondShare * isDigit * second[i][d];
            both[Digits] = first[i][Digits];
            second[i] = both;
        }

        return second;
    }

    private static float[][] Ask(FrozenNetwork network, double temperature, IReadOnlyList<Segment> segments, ReadingWork work)
    {
        float[][] opinions = new float[segments.Count][];
        int most = Math.Min(AtOnce, segments.Count);
        float[] inputs = new float[most * Pixels], outputs = new float[most * network.OutputSize];
        for (int start = 0; start < segments.Count; start += AtOnce)
        {
            int count = Math.Min(AtOnce, segments.Count - start);
            work.CountSegments(count);
            for (int i = 0; i < count; i++)
            {
                byte[] glyph = segments[start + i].Glyph;
                for (int p = 0; p < Pixels; p++)
                    inputs[i * Pixels + p] = glyph[p] / 255f;
            }

            network.FeedForward(inputs.AsSpan(0, count * Pixels), outputs.AsSpan(0, count * network.OutputSize));
            for (int i = 0; i < count; i++)
                opinions[start + i] = Confidence.Of(outputs.AsSpan(i * network.OutputSize, network.OutputSize), temperature);
        }

        return opinions;
    }
}
