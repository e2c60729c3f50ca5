using Inkling.Reading.Finding;

namespace Inkling.Reading.Arranging;

/// <summary>Pieces of ink that are written together, without a wide gap: a number.</summary>
/// <param name="Pieces">Its pieces, the small ones (dots, dashes, a 5's hat) too.</param>
/// <param name="Box">Around those that are as high as digits.</param>
/// <param name="DigitHeight">How high its digits are, in pixels.</param>
internal sealed record Word(IReadOnlyList<InkPiece> Pieces, PixelBox Box, double DigitHeight)
{
    /// <summary>Some numbers as one.</summary>
    public static Word Joined(IReadOnlyList<Word> words)
    {
        InkPiece[] pieces = [.. words.SelectMany(word => word.Pieces).Distinct()];
        PixelBox box = words.Select(word => word.Box).Aggregate((a, b) => a.Union(b));
        return new Word(pieces, box, box.Height);
    }
}
