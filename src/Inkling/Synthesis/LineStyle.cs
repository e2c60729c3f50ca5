using Inkling.Numerics;

namespace Inkling.Synthesis;

/// <summary>How one number is written: what its digits have in common.</summary>
internal sealed class LineStyle
{
    /// <param name="random">Source of the style.</param>
    /// <param name="digits">How many digits the number has.</param>
    /// <param name="shrink">Factor of their height, 1 or less.</param>
    /// <param name="limits">Whether digits touch, and whether hands are hurried.</param>
    public LineStyle(RandomStream random, int digits, double shrink, LineLimits limits)
    {
        Height = Math.Max(10, shrink * (digits > 9 ? random.NextDouble(15, 24) : random.NextDouble(16, 29)));
        Radius = Math.Clamp(0.052 * Height * PortableMath.Exp(0.35 * random.NextGaussian()), 0.5, 2.4);
        Edge = (float)random.NextDouble(0.25, 0.72);
        double kind = limits.IsTouching switch
        {
            true => 1,
            false => random.NextDouble(0.1, 0.6),
            _ => random.NextDouble()
        };
        Gap = shrink * Height * kind switch
        {
            < 0.1 => random.NextDouble(0.5, 1.5),
            < 0.28 => random.NextDouble(0.15, 0.5),
            < 0.6 => random.NextDouble(0.02, 0.2),
            _ => random.NextDouble(-0.1, 0.04)
        };
        IsFitted = random.NextDouble() < 0.5 ? random.NextDouble() : 0;
        SizeSpread = random.NextDouble(0.02, 0.14);
        Unsteadiness = random.NextDouble(0.01, 0.09);
        Slant = random.NextDouble() < 0.4 ? 0 : Math.Clamp(0.14 * random.NextGaussian(), -0.35, 0.35);
        Slope = random.NextDouble() < 0.5 ? 0 : Math.Clamp(0.03 * random.NextGaussian(), -0.06, 0.06);
        Joins = random.NextDouble() < 0.3 ? random.NextDouble(0.1, 0.8) : 0;
        Zeros = random.NextDouble() < 0.3 ? random.NextDouble(0.45, 0.85) : 1;
        ZerosRise = Zeros < 1 && random.NextDouble() < 0.45 ? random.NextDouble(0, 1 - Zeros) : 0;
        HasLoweredDigits = random.NextDouble() < 0.12;
        HasJoinedZeros = random.NextDouble() < (limits.IsHurried ? 0.6 : 0.25);
        HasBoxes = Gap > 0.15 * Height && random.NextDouble() < 0.12;
        Separators = random.NextDouble() < 0.4 ? random.NextDouble(0.08, 0.5) : 0;
        Separator = random.NextInt32(6);
    }

    /// <summary>Of a digit, pixels.</summary>
    public double Height { get; }

    /// <summary>Half of the width of a pen's stroke, pixels.</summary>
    public double Radius { get; }

    /// <summary>Threshold on the grey edge of a stroke in an image: low for a thick pen, high for a thin one.</summary>
    public float Edge { get; }

    /// <summary>Paper between digits, pixels; negative where they overlap.</summary>
    public double Gap { get; }

    /// <summary>
    /// From 0, where digits keep the gap between their boxes, to 1, where they keep it between their strokes, as 1 under 7.
    /// </summary>
    public double IsFitted { get; }

    /// <summary>Standard deviation of the logarithm of a digit's size.</summary>
    public double SizeSpread { get; }

    /// <summary>Standard deviation of a digit's distance from the line that it stands on, in heights.</summary>
    public double Unsteadiness { get; }

    /// <summary>Slant that is left when a number was set upright: pixels sideways for each pixel down.</summary>
    public double Slant { get; }

    /// <summary>Slope that is left when a number was levelled.</summary>
    public double Slope { get; }

    /// <summary>Probability that a stroke joins two digits.</summary>
    public double Joins { get; }

    /// <summary>Size of zeros behind the first digit, relative to the other digits.</summary>
    public double Zeros { get; }

    /// <summary>How far zeros hang above the line, in heights.</summary>
    public double ZerosRise { get; }

    /// <summary>Whether 4, 7 and 9 hang below the line and 6 and 8 rise above it, as old-style figures.</summary>
    public bool HasLoweredDigits { get; }

    /// <summary>Whether zeros in a row are written without lifting the pen.</summary>
    public bool HasJoinedZeros { get; }

    /// <summary>Whether each digit stands in a printed box.</summary>
    public bool HasBoxes { get; }

    /// <summary>Probability of a sign between two digits.</summary>
    public double Separators { get; }

    /// <summary>Which sign: a point, a comma, a dash, a slash, any other, or a mixture.</summary>
    public int Separator { get; }

    /// <summary>How far a digit hangs below the line, in heights.</summary>
    public double Drop(int digit) => !HasLoweredDigits ? 0 : digit switch { 4 or 7 or 9 => 0.22, 6 or 8 => -0.12, _ => 0 };
}
