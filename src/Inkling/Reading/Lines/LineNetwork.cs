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
    /// <summary>
    /// Loaded for the first number that is looked at; all readers share it. A failure, such as of memory, is not kept.
    /// </summary>
    private static readonly Lazy<FrozenNetwork> Shared =
        new(() => BundledModels.LoadLines().FreezeInPlace(), LazyThreadSafetyMode.PublicationOnly);

    private readonly Lazy<FrozenNetwork> _network = Shared;

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
        double whole = LineStrip.WholeHeight(strip, digitHeight, constants, work, out double wholeMiddle);
        for (int i = 0; i < constants.Heights.Count; i++)
        {
            double height = constants.Heights[i];
            bool isCutOff = i == constants.Heights.Count - 1 && whole < height; // a tall first digit before small zeros
            (height, double row) = isCutOff ? (whole, wholeMiddle) : (height, middle);
            if (LineStrip.Of(strip, digitHeight, row, height, constants, work) is not { } scaled)
                return null;
            work.CountSegments(1 + scaled.Width / constants.PixelsPerSegment);
            float[] outputs = new float[LineColumn.Classes * _network.Value.ColumnsFor(scaled.Width)];
            _network.Value.FeedForward(scaled.Ink, outputs);
            looks.Add(new LineLook(scaled, outputs));
        }

        return new LineReading(looks);
    }
}
