using Inkling.Numerics;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Cutting;

/// <summary>What a step of a way through a number costs, as differences of log likelihood.</summary>
/// <param name="digitHeight">How high the number's digits are, in pixels.</param>
/// <param name="middle">The row that their middles lie on.</param>
/// <param name="pen">How wide the pen's strokes are, in pixels.</param>
/// <param name="c">The weights.</param>
internal sealed class WayCosts(double digitHeight, double middle, double pen, LatticeConstants c)
{
    /// <summary>Of a cut through a piece of ink.</summary>
    public double OfCut => c.CutOffPenalty;

    /// <summary>A probability's natural logarithm.</summary>
    public double LogProbability(double p) => Math.Log(Math.Max(p, c.MinProbability));

    /// <summary>
    /// Of a digit, for being low or high, above or below the line of middles, torn apart, joined, cut off or borrowing.
    /// </summary>
    public double OfShape(Segment segment)
    {
        double height = segment.Box.Height / digitHeight;
        double offset = Math.Abs(segment.Box.Top + segment.Box.Height / 2.0 - middle) / digitHeight;
        double size = 0;
        if (height < c.LowHeight)
            size = Math.Log(height / c.LowHeight);
        else if (height > c.HighHeight)
            size = Math.Log(height / c.HighHeight);
        double aside = Math.Max(0, offset - c.FreeOffset), torn = Math.Max(0, segment.Gap / digitHeight - c.FreeGap);
        return c.SizeWeight * size * size + c.OffsetWeight * aside * aside + c.GapWeight * torn
            + c.JoinedPenalty * (segment.Pieces - 1)
            + (segment.IsCutOff ? c.CutOffPenalty : 0) + (segment.IsBorrowing ? c.BorrowedPenalty : 0);
    }

    /// <summary>Of the digit that a segment most likely is.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="opinion">[11]: that it is a 0, … a 9, and that it is no digit.</param>
    public double OfDigit(Segment segment, ReadOnlySpan<float> opinion) =>
        OfShape(segment) - LogProbability(opinion[Vectors.Argmax(opinion[..10])]);

    /// <summary>Of two digits in a row, for standing above each other.</summary>
    public double OfOverlap(Segment before, Segment segment)
    {
        int common = before.Box.CommonColumns(segment.Box), narrower = Math.Min(before.Box.Width, segment.Box.Width);
        double share = (double)common / Math.Max(1, narrower);
        return share > c.FreeOverlap ? c.OverlapWeight * (share - c.FreeOverlap) : 0;
    }

    /// <summary>
    /// The log likelihood that a part is no digit: high for a mark (a dot, a dash), otherwise lower the more ink is left unread.
    /// </summary>
    /// <param name="segment">The part.</param>
    /// <param name="p">How likely the network finds that it is no digit.</param>
    public double LogProbabilityOfNoDigit(Segment segment, float p)
    {
        double height = segment.Box.Height / digitHeight, ink = segment.Area / (pen * digitHeight);
        bool isMark = height < c.MarkMaxHeight && Math.Max(segment.Box.Width, segment.Box.Height) < c.MarkMaxSize * digitHeight;
        return isMark
            ? c.MarkTrust * LogProbability(p) - c.MarkPenalty - c.MarkInkWeight * ink
            : LogProbability(p) - c.UnreadPenalty - c.UnreadInkWeight * ink;
    }
}
