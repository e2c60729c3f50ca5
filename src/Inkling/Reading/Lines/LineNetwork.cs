using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;

namespace Inkling.Reading.Lines;

/// <summary>
/// The network that looks at a whole number and needs no cuts: trained with CTC on written numbers
/// (<c>inkling experiment lines</c>). Safe from several threads at once.
/// </summary>
internal sealed class LineNetwork
{
    private readonly FrozenNetwork _network = BundledModels.LoadLines().Freeze();

    /// <summary>Looks at a number at several sizes.</summary>
    /// <param name="strip">The number, set upright.</param>
    /// <param name="digitHeight">How high its digits are, in pixels of the strip.</param>
    /// <param name="middle">The row that their middles lie on.</param>
    /// <param name="constants">The sizes.</param>
    /// <param name="work">Counts the work; a look counts as the segments that take as long.</param>
    /// <returns>Null where the strip is too wide for a number.</returns>
    public LineReading? Look(Strip strip, double digitHeight, double middle, LineConstants constants, ReadingWork work)
    {
        List<LineLook> looks = [];
        foreach (double height in constants.Heights)
        {
            if (LineStrip.Of(strip, digitHeight, middle, height, constants, work) is not { } scaled)
                return null;
            work.CountSegments(1 + scaled.Width / constants.PixelsPerSegment);
            float[] outputs = new float[LineColumn.Classes * _network.ColumnsFor(scaled.Width)];
            _network.FeedForward(scaled.Ink, outputs);
            looks.Add(new LineLook(scaled, outputs));
        }

        return new LineReading(looks);
    }
}
