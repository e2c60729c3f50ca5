namespace Inkling;

/// <summary>
/// What two networks think of segments: one, which has learned from segments of written numbers, whether they are digits at
/// all; the other, which has learned from digits alone, but better, which.
/// </summary>
internal sealed class SegmentJudge : IDisposable
{
    /// <summary>How much of the opinion which digit it is comes from the second network.</summary>
    private const float SecondShare = 0.3f;

    private const int Pixels = MnistNormalisation.Side * MnistNormalisation.Side, Digits = 10;

    private readonly FrozenNetwork _first, _second;
    private readonly double _firstTemperature, _secondTemperature;

    public SegmentJudge(Network digits)
    {
        Network segments = BundledModels.LoadSegments();
        (_first, _firstTemperature) = (segments.Freeze(), segments.Temperature);
        (_second, _secondTemperature) = (digits.Freeze(), digits.Temperature);
    }

    /// <summary>For each glyph, [11]: that it is a 0, … a 9, and that it is no digit, by the first network alone.</summary>
    public float[][] Judge(IReadOnlyList<byte[]> glyphs) => Ask(_first, _firstTemperature, glyphs);

    /// <summary>The same, by both networks.</summary>
    public float[][] JudgeAgain(IReadOnlyList<byte[]> glyphs, IReadOnlyList<float[]> first)
    {
        float[][] second = Ask(_second, _secondTemperature, glyphs);
        for (int i = 0; i < second.Length; i++)
        {
            float isDigit = 1 - first[i][Digits];
            float[] both = new float[Digits + 1];
            for (int d = 0; d < Digits; d++)
                both[d] = (1 - SecondShare) * first[i][d] + SecondShare * isDigit * second[i][d];
            both[Digits] = first[i][Digits];
            second[i] = both;
        }

        return second;
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private static float[][] Ask(FrozenNetwork network, double temperature, IReadOnlyList<byte[]> glyphs)
    {
        float[] inputs = new float[glyphs.Count * Pixels], outputs = new float[glyphs.Count * network.OutputSize];
        for (int i = 0; i < glyphs.Count; i++)
        {
            for (int p = 0; p < Pixels; p++)
                inputs[i * Pixels + p] = glyphs[i][p] / 255f;
        }

        network.FeedForward(inputs, outputs);
        return [.. Enumerable.Range(0, glyphs.Count).Select(i => Confidence.Of(outputs.AsSpan(i * network.OutputSize, network.OutputSize), temperature))];
    }
}
