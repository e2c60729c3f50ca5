using Inkling.Numerics;

namespace Inkling.Tests.Reading.RealPaper;

/// <summary>A picture being made: levels of grey [height, width], 0 to 255.</summary>
internal sealed class Paper(int width, int height, double level)
{
    private readonly double[] _levels = [.. Enumerable.Repeat(level, width * height)];

    public int Width => width;

    public int Height => height;

    /// <summary>Paints ink of a level over what is there.</summary>
    public Paper Paint(Ink ink, double level)
    {
        for (int i = 0; i < _levels.Length; i++)
            _levels[i] += ink.Values[i] * (level - _levels[i]);
        return this;
    }

    /// <summary>Darkens what is there where there is ink: a printed rule.</summary>
    public Paper Darken(Ink ink, double by)
    {
        for (int i = 0; i < _levels.Length; i++)
            _levels[i] -= ink.Values[i] * by;
        return this;
    }

    /// <summary>Light from one side: 5 to 25 % more there and less on the other.</summary>
    public Paper Light(Hand hand)
    {
        (double sin, double cos) = Math.SinCos(hand.Between(0, 2 * Math.PI));
        double strength = 2 * hand.Between(0.05, 0.25);
        for (int i = 0; i < _levels.Length; i++)
            _levels[i] *= 1 + strength * (cos * (i % width / (double)width - 0.5) + sin * (i / width / (double)height - 0.5));
        return this;
    }

    /// <summary>A camera's noise.</summary>
    /// <param name="random">Where it is drawn from.</param>
    /// <param name="sigma">Its standard deviation, in levels.</param>
    public Paper Noise(RandomStream random, double sigma)
    {
        for (int i = 0; i < _levels.Length; i++)
            _levels[i] += sigma * random.NextGaussian();
        return this;
    }

    /// <summary>A lens's blur: the mean of each pixel and its neighbours, weighted 1 2 1 in both directions.</summary>
    public Paper Blur()
    {
        Pass(width, 1, height, width);
        Pass(height, width, width, 1);
        return this;

        void Pass(int length, int step, int lines, int lineStep)
        {
            for (int line = 0; line < lines; line++)
            {
                double before = _levels[line * lineStep];
                for (int i = 0; i < length; i++)
                {
                    int at = line * lineStep + i * step;
                    double here = _levels[at], after = i + 1 < length ? _levels[at + step] : here;
                    _levels[at] = (before + 2 * here + after) / 4;
                    before = here;
                }
            }
        }
    }

    public GreyImage ToImage()
        => new(width, height, [.. _levels.Select(value => (byte)Math.Clamp(Math.Round(value), 0, 255))]);
}
