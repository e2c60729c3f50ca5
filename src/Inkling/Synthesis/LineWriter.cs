using Inkling.Numerics;

namespace Inkling.Synthesis;

/// <summary>Which numbers are written, of all that there are.</summary>
/// <param name="IsOneWriter">Only numbers by one writer of images of digits.</param>
/// <param name="IsTouching">Only numbers whose digits touch, or only those with paper between them; null for both.</param>
/// <param name="HasNoUprights">
/// No boxes, and no other uprights beside the digits: nothing but its place tells an upright from a 1.
/// </param>
/// <param name="IsHurried">
/// More hands in a hurry: digits of fewer strokes or with loops, and more, wider and longer runs of zeros in one stroke.
/// </param>
/// <param name="IsPlain">Digits alone: no signs, no marks on the paper, no ink lost.</param>
internal readonly record struct LineLimits(
    bool IsOneWriter = false, bool? IsTouching = null, bool HasNoUprights = false, bool IsHurried = false, bool IsPlain = false);

/// <summary>
/// Writes a number as the line reader is shown it: upright, on a strip 32 rows high, in one hand, with signs and what is left of
/// rules. Not thread-safe: use one writer for each thread.
/// </summary>
/// <param name="digits">Images of digits and their writers.</param>
/// <param name="limits">What is left out.</param>
internal sealed class LineWriter(WriterDigits digits, LineLimits limits)
{
    /// <summary>Columns of the widest strip.</summary>
    public const int MaxWidth = 448;

    /// <summary>Columns of paper beside the ink.</summary>
    public const int Margin = 4;

    /// <summary>Of a strip, for each column that the network gives out.</summary>
    private const int PixelsPerColumn = 2;

    private const int Pitch = MaxWidth + 96, GlyphLeft = 32;

    private const float Visible = 0.35f;

    private readonly LineCanvas _page = new(Pitch);

    /// <summary>
    /// For one digit, or a run of zeros: a run wider than 160 pixels is cut off, but not where hands are hurried.
    /// </summary>
    private readonly LineCanvas _glyph = new(limits.IsHurried ? Pitch : 192);

    private readonly int[] _rightmost = new int[LineCanvas.Height]; // of the last digit's ink in each row
    private double _right; // of what was written last

    /// <summary>Writes a number.</summary>
    /// <param name="number">Its digits.</param>
    /// <param name="random">Source of the hand and the style.</param>
    /// <param name="line">Receives [32, width] in its first numbers: 0 is paper, 1 is ink.</param>
    /// <returns>The width, from 1 to <see cref="MaxWidth"/>.</returns>
    public int Write(ReadOnlySpan<byte> number, RandomStream random, Span<float> line)
    {
        double shrink = 1;
        while (true)
        {
            LineStyle style = new(random, number.Length, shrink, limits);
            bool fits = TryCompose(number, style, random);
            if (fits && Finish(style, random, line) is var width && width >= LeastWidth(number))
                return width;
            shrink *= fits ? 1 : 0.85;
        }
    }

    /// <summary>With less, digits have faded away; and CTC needs a column for each, and one between equals.</summary>
    private static int LeastWidth(ReadOnlySpan<byte> number)
    {
        int columns = number.Length;
        for (int i = 1; i < number.Length; i++)
            columns += number[i] == number[i - 1] ? 1 : 0;
        return PixelsPerColumn * (columns + 1);
    }

    private bool TryCompose(ReadOnlySpan<byte> number, LineStyle style, RandomStream random)
    {
        _page.Clear();
        _right = 12;
        Array.Fill(_rightmost, int.MinValue);
        LineHand hand = PickHand(random);
        double baseline = (LineCanvas.Height + style.Height) / 2 + 1.2 * random.NextGaussian();
        if (random.NextDouble() < 0.1 && !limits.IsPlain)
            Sign(SignStrokes.PickOpening(random, limits.HasNoUprights), style, baseline, random);
        for (int i = 0; i < number.Length; i++)
        {
            int zeros = 1;
            while (number[i] == 0 && i + zeros < number.Length && number[i + zeros] == 0)
                zeros++;
            if (zeros > 1 && style.HasJoinedZeros && hand is LineHand.OfStrokes strokes)
            {
                WriteZeros(strokes, zeros, style, baseline, random);
                i += zeros - 1;
            }
            else
            {
                WriteDigit(hand, number[i], isFirst: i == 0, style, baseline, random);
            }

            if (_right > MaxWidth - 40)
                return false;
            int left = number.Length - 1 - i;
            double separated = left > 0 && left % 3 == 0 ? style.Separators : 0.25 * style.Separators;
            if (left > 0 && random.NextDouble() < separated && !limits.IsPlain)
                Separate(style, baseline, random);
        }

        if (random.NextDouble() < 0.15 && !limits.IsPlain)
            Sign(SignStrokes.PickClosing(random, limits.HasNoUprights), style, baseline, random);
        if (_right > MaxWidth - 30)
            return false;
        if (!limits.IsPlain)
            Marks(style, baseline, random);
        return true;
    }

    /// <summary>One of the writers, strokes of a design, or, rarely, digits of many writers.</summary>
    private LineHand PickHand(RandomStream random)
    {
        double choice = random.NextDouble();
        if (choice < 0.5 && !limits.IsOneWriter)
            return new LineHand.OfStrokes(limits.IsHurried, random);
        return new LineHand.OfImages(digits, choice < 0.9 || limits.IsOneWriter ? random.NextInt32(digits.Writers) : null);
    }

    private void WriteDigit(LineHand hand, int digit, bool isFirst, LineStyle style, double baseline, RandomStream random)
    {
        bool isSmall = digit == 0 && !isFirst;
        double height = style.Height * (isSmall ? style.Zeros : 1) * PortableMath.Exp(style.SizeSpread * random.NextGaussian());
        double drop = style.Drop(digit) + style.Unsteadiness * random.NextGaussian() - (isSmall ? style.ZerosRise : 0);
        double subpixel = random.NextDouble();
        _glyph.Clear();
        hand.Write(digit, _glyph, GlyphLeft + subpixel, baseline + drop * style.Height, height, style, random);
        PlaceGlyph(style.Gap + 0.06 * style.Height * random.NextGaussian(), isLoop: digit == 0, style, random);
    }

    private void WriteZeros(LineHand.OfStrokes hand, int count, LineStyle style, double baseline, RandomStream random)
    {
        double height = style.Height * style.Zeros * PortableMath.Exp(style.SizeSpread * random.NextGaussian());
        _glyph.Clear();
        hand.WriteZeros(count, _glyph, GlyphLeft, baseline - style.ZerosRise * style.Height, height, style, random);
        if (limits.IsHurried && _glyph.Extent(Visible, _glyph.Pitch).To >= MaxWidth)
        {
            _right = MaxWidth; // too wide for the page
            return;
        }

        PlaceGlyph(style.Gap, isLoop: false, style, random);
    }

    /// <summary>Adds the glyph to the page, so far from the digit before it, joined to it or not.</summary>
    private void PlaceGlyph(double gap, bool isLoop, LineStyle style, RandomStream random)
    {
        (int from, int to) = _glyph.Extent(Visible, _glyph.Pitch);
        if (from == to)
            return;
        double nearest = double.MaxValue; // between the strokes, where the boxes touch
        for (int y = 0; y < LineCanvas.Height; y++)
        {
            int leftmost = Leftmost(y, from, to);
            for (int other = Math.Max(0, y - 1); leftmost < to && other <= Math.Min(LineCanvas.Height - 1, y + 1); other++)
            {
                if (_rightmost[other] != int.MinValue)
                    nearest = Math.Min(nearest, _right - _rightmost[other] + leftmost - from);
            }
        }

        double fitted = nearest < double.MaxValue ? Math.Min(nearest, 0.5 * style.Height) * style.IsFitted : 0;
        double overlap = (isLoop ? 0.28 : 0.14) * style.Height;
        int left = (int)Math.Round(_right + Math.Max(gap, -overlap) - fitted);
        int dx = Math.Max(8, left) - from;
        if (random.NextDouble() < style.Joins)
            Join(dx, from, to, style, random);
        _page.Add(_glyph, 0, _glyph.Pitch, dx);
        for (int y = 0; y < LineCanvas.Height; y++)
            _rightmost[y] = Rightmost(y, from, to) is var x and >= 0 ? x + dx : int.MinValue;
        if (style.HasBoxes && !limits.HasNoUprights && !limits.IsPlain)
            Box(from + dx, to + dx, style, random);
        _right = Math.Max(to + dx, left);
    }

    /// <summary>Draws a box around a digit, or what is left of it.</summary>
    private void Box(int left, int right, LineStyle style, RandomStream random)
    {
        double gap = 0.45 * style.Gap, radius = random.NextDouble(0.2, 0.6), reach = random.NextDouble(0.52, 0.75) * style.Height;
        float darkness = (float)random.NextDouble(0.4, 1);
        (double x0, double x1, double y0, double y1) = (left - gap, right + gap, 16 - reach, 16 + reach);
        ReadOnlySpan<(double, double, double, double)> sides =
            [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)];
        foreach ((double fromX, double fromY, double toX, double toY) in sides)
        {
            if (random.NextDouble() < 0.8)
                _page.Stroke(fromX, fromY, radius, toX, toY, radius, darkness);
        }
    }

    /// <summary>Draws a stroke from the digit before to the glyph, as if the pen was not lifted.</summary>
    private void Join(int dx, int from, int to, LineStyle style, RandomStream random)
    {
        int y0 = random.NextInt32(LineCanvas.Height), y1 = random.NextInt32(LineCanvas.Height);
        if (_rightmost[y0] == int.MinValue || Leftmost(y1, from, to) is var x1 && x1 >= to)
            return;
        if (_rightmost[y0] > x1 + dx + 2)
            return;
        Curve(_rightmost[y0], y0 + 0.5, x1 + dx + 1, y1 + 0.5, 0.2 * style.Height * random.NextGaussian(), style, random);
    }

    /// <summary>Draws a curve whose middle is so far below the straight line.</summary>
    private void Curve(double x0, double y0, double x1, double y1, double below, LineStyle style, RandomStream random)
    {
        const int steps = 8;
        double radius = style.Radius * random.NextDouble(0.6, 1), x = x0, y = y0;
        for (int i = 1; i <= steps; i++)
        {
            double t = (double)i / steps, u = x0 + t * (x1 - x0), v = y0 + t * (y1 - y0) + 4 * t * (1 - t) * below;
            _page.Stroke(x, y, radius, u, v, radius);
            (x, y) = (u, v);
        }
    }

    private int Leftmost(int y, int from, int to)
    {
        int x = from;
        while (x < to && _glyph.Ink[y * _glyph.Pitch + x] <= Visible)
            x++;
        return x;
    }

    private int Rightmost(int y, int from, int to)
    {
        int x = to - 1;
        while (x >= from && _glyph.Ink[y * _glyph.Pitch + x] <= Visible)
            x--;
        return x >= from ? x : -1;
    }

    private void Sign(DigitStyle sign, LineStyle style, double baseline, RandomStream random)
    {
        double height = style.Height * random.NextDouble(0.6, 1.1), gap = style.Height * random.NextDouble(0.02, 0.45);
        _glyph.Clear();
        LineHand.OfStrokes.WriteSign(
            sign, _glyph, GlyphLeft, baseline + 0.08 * style.Height * random.NextGaussian(), height, style.Radius, random);
        (int from, int to) = _glyph.Extent(Visible, _glyph.Pitch);
        int dx = (int)(_right + gap) - from;
        _page.Add(_glyph, 0, _glyph.Pitch, dx);
        _right = to + dx + 0.5 * gap;
        Array.Fill(_rightmost, int.MinValue);
    }

    private void Separate(LineStyle style, double baseline, RandomStream random)
    {
        double h = style.Height, r = style.Radius;
        int kind = style.Separator == 5 ? random.NextInt32(5) : style.Separator;
        double x = _right + (kind < 2 ? random.NextDouble(0, 0.12) : random.NextDouble(0.05, 0.25)) * h;
        switch (kind)
        {
            case 0 or 1: // a point; a comma
                double dot = r * random.NextDouble(0.9, 1.5), y = baseline + random.NextDouble(-0.12, 0.08) * h;
                double tail = kind == 0 ? 0 : random.NextDouble(0.1, 0.28) * h;
                _page.Stroke(x + dot, y, dot, x + dot - 0.5 * tail, y + tail, 0.7 * dot);
                _right = x + 2 * dot;
                break;
            case 2: // a dash
                double length = random.NextDouble(0.2, 0.6) * h, row = baseline - random.NextDouble(0.35, 0.6) * h;
                _page.Stroke(x, row, r, x + length, row + random.NextDouble(-0.06, 0.06) * h, r);
                _right = x + length + 0.1 * h;
                break;
            case 3: // a slash
                double over = random.NextDouble(0.05, 0.35) * h, lean = random.NextDouble(0.2, 0.7) * h;
                _page.Stroke(x + lean, baseline - h - over, r, x, baseline + over, r);
                _right = x + lean + random.NextDouble(-0.3, 0.1) * lean;
                break;
            default:
                Sign(SignStrokes.PickBetween(random, limits.HasNoUprights), style, baseline, random);
                return;
        }

        Array.Fill(_rightmost, int.MinValue);
    }

    /// <summary>What is on the paper beside the number: pieces of rules and boxes, specks, a stroke behind it.</summary>
    private void Marks(LineStyle style, double baseline, RandomStream random)
    {
        double h = style.Height;
        if (random.NextDouble() < 0.08) // a stroke that runs on behind the last digit
        {
            int y = random.NextInt32(LineCanvas.Height);
            if (_rightmost[y] != int.MinValue)
            {
                double to = _rightmost[y] + random.NextDouble(0.1, 0.7) * h, v = y + random.NextDouble(-0.4, 0.4) * h;
                Curve(_rightmost[y], y + 0.5, to, v, 0.15 * h * random.NextGaussian(), style, random);
            }
        }

        if (random.NextDouble() < 0.14) // pieces of a ruled line
        {
            double y = random.NextDouble() < 0.6 ? baseline + random.NextDouble(-0.05, 0.2) * h : random.NextDouble(1, 31);
            float darkness = (float)random.NextDouble(0.4, 1);
            double radius = random.NextDouble(0.2, 0.8), share = random.NextDouble();
            for (double x = random.NextDouble() * h; x < _right + h; x += random.NextDouble(0.2, 2) * h / Math.Max(share, 0.1))
            {
                double end = x + random.NextDouble(0.1, 2) * h * share;
                _page.Stroke(x, y, radius, end, y, radius, darkness);
                x = end;
            }
        }

        if (random.NextDouble() < 0.04 && !limits.HasNoUprights) // an upright of a box
        {
            double x = random.NextDouble() * (_right + 10), radius = random.NextDouble(0.2, 0.6);
            _page.Stroke(x, 0, radius, x + random.NextDouble(-1, 1), 32, radius, (float)random.NextDouble(0.4, 1));
        }

        for (int i = random.NextDouble() < 0.25 ? 1 + random.NextInt32(4) : 0; i > 0; i--)
        {
            double x = random.NextDouble() * (_right + 12), y = random.NextDouble(0, 32), r = random.NextDouble(0.3, 0.06 * h);
            _page.Stroke(x, y, r, x + random.NextGaussian(), y + random.NextGaussian(), r);
        }

        if (random.NextDouble() < 0.04) // part of a line above or below
        {
            double x = random.NextDouble() * _right, y = random.NextDouble() < 0.5 ? 0 : 31;
            _page.Stroke(x, y, style.Radius, x + random.NextDouble(0, 6), y + random.NextDouble(-2, 2), style.Radius);
        }
    }

    /// <summary>Distorts the page, gives the ink its edges, and cuts out the strip.</summary>
    private int Finish(LineStyle style, RandomStream random, Span<float> line)
    {
        int width = Math.Min(Pitch, (int)_right + 40);
        if (random.NextDouble() < 0.08 && !limits.IsPlain) // a ruled line was removed, and strokes with it
        {
            int y = random.NextInt32(LineCanvas.Height - 2), rows = 1 + random.NextInt32(2), from = random.NextInt32(width);
            float kept = (float)random.NextDouble(0, 0.6);
            for (int row = y; row < y + rows; row++)
            {
                int columns = Math.Min(width - from, (int)(random.NextDouble(1, 8) * style.Height));
                foreach (ref float value in _page.Ink.AsSpan(row * Pitch + from, columns))
                    value *= kept;
            }
        }

        _page.Warp(width, style.Slant, style.Slope, random.NextDouble(0, 0.045) * style.Height, random);
        double sigma = random.NextDouble(0, 0.9);
        if (sigma > 0.3)
            _page.Blur(width, sigma);
        if (random.NextDouble() < 0.35 && !limits.IsPlain)
            _page.Fade(width, random.NextDouble(0.1, 0.75), random);
        float low = (float)random.NextDouble(0, 0.3), high = (float)random.NextDouble(0.55, 1);
        float noise = random.NextDouble() < 0.5 ? 0 : (float)random.NextDouble(0, 0.08);
        for (int y = 0; y < LineCanvas.Height; y++)
        {
            foreach (ref float value in _page.Ink.AsSpan(y * Pitch, width))
            {
                if (value <= 0)
                    continue;
                value = Math.Clamp((value - low) / (high - low) + (noise > 0 ? noise * (float)random.NextGaussian() : 0), 0, 1);
                if (value < 0.06f)
                    value = 0;
            }
        }

        (int left, int right) = _page.Extent(Visible, width);
        left = Math.Max(0, left - Margin);
        right = Math.Min(Math.Max(right + Margin, left + 2 * Margin), Math.Min(width, left + MaxWidth));
        for (int y = 0; y < LineCanvas.Height; y++)
            _page.Ink.AsSpan(y * Pitch + left, right - left).CopyTo(line[(y * (right - left))..]);
        return right - left;
    }
}
