using System.Runtime.InteropServices;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Cutting;

/// <summary>How much a segment looks like a separator.</summary>
/// <param name="Kind">The separator that it is likest to.</param>
/// <param name="Shape">How well its stroke fits, 0 to 1, whatever its height.</param>
/// <param name="Tallness">How clearly it is taller than digits, 0 to 1; 1 for a dash and a point.</param>
/// <param name="Opens">Whether it is an opening parenthesis, which may stand before the first digit.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SeparatorShape(SeparatorKind Kind, double Shape, double Tallness, bool Opens)
{
    /// <summary>Whether it is as low as a dash or a point.</summary>
    public bool IsLow => Kind is SeparatorKind.Dash or SeparatorKind.Point;

    /// <summary>The probability that it is a separator where nothing is known about the number.</summary>
    public double Probability(SeparatorConstants c) => c.MaxProbability * Shape * Tallness;

    /// <summary>How well it fits the separator that a pattern has here, above 0, up to 1.</summary>
    public double Match(SeparatorKind expected, SeparatorConstants c)
    {
        double match = IsLow ? 1 : Shape * (c.LowMatch + (1 - c.LowMatch) * Tallness);
        if (Kind != expected)
            match *= IsLow == expected is SeparatorKind.Dash or SeparatorKind.Point ? c.OtherKindMatch : 0;
        return Math.Max(match, c.MinMatch);
    }

    public static SeparatorShape Of(Segment segment, double digitHeight, LatticeConstants lattice, SeparatorConstants c)
    {
        double height = segment.Box.Height / digitHeight;
        if (height < lattice.MarkMaxHeight)
        {
            bool isDash = segment.Box.Width > c.DashMinAspect * segment.Box.Height;
            return new SeparatorShape(isDash ? SeparatorKind.Dash : SeparatorKind.Point, 1, 1, Opens: false);
        }

        StrokeShape stroke = StrokeShape.Of(segment.Glyph);
        double fit = Falling(stroke.Thickness, c.Thin, c.Thick) * Falling(stroke.Roughness, c.Smooth, c.Rough);
        double bow = Math.Abs(stroke.Bow), straight = Falling(bow, c.StraightBow, c.MaxSlashBow);
        double bent = 1 - Falling(bow, c.MaxSlashBow, c.ParenthesisBow);
        double tallness = 1 - Falling(height, c.DigitMaxHeight, c.TallHeight);
        return straight >= bent
            ? new SeparatorShape(SeparatorKind.Slash, fit * straight, tallness, Opens: false)
            : new SeparatorShape(SeparatorKind.Other, fit * bent, tallness, Opens: stroke.Bow < 0);
    }

    /// <summary>1 up to a value, 0 from another one on, and a straight line between them.</summary>
    private static double Falling(double x, double full, double none) => Math.Clamp((none - x) / (none - full), 0, 1);
}
