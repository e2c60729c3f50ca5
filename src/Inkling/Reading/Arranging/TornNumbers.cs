using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Arranging;

/// <summary>Words that may be parts of one number which is torn apart from top to bottom.</summary>
internal static class TornNumbers
{
    /// <summary>Groups of two or more words that stand closely above each other.</summary>
    /// <param name="words">All words.</param>
    /// <param name="constants">How closely.</param>
    /// <param name="work">Counts those that others are compared with.</param>
    public static IEnumerable<IReadOnlyList<Word>> Stacks(IReadOnlyList<Word> words, LayoutConstants constants, ReadingWork work)
    {
        List<(List<Word> Words, PixelBox Box)> stacks = [];
        foreach (Word word in words.OrderBy(word => word.Box.Top))
        {
            work.CountPieces(stacks.Count);
            PixelBox box = PieceMeasures.BoxAround(word.Pieces);
            int i = stacks.FindIndex(other => IsUnder(other.Box, word.Box));
            if (i < 0)
            {
                stacks.Add(([word], box));
                continue;
            }

            stacks[i].Words.Add(word);
            stacks[i] = stacks[i] with { Box = stacks[i].Box.Union(box) };
        }

        return stacks.Where(stack => stack.Words.Count > 1).Select(stack => stack.Words);

        bool IsUnder(PixelBox above, PixelBox below)
        {
            PixelBox whole = above.Union(below);
            return below.Top - above.Bottom <= constants.StackMaxGap * whole.Height
                && above.CommonColumns(below) >= constants.StackMinCommonColumns * Math.Min(above.Width, below.Width)
                && whole.Width <= constants.StackMaxAspect * whole.Height;
        }
    }
}
