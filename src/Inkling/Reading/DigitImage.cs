using Inkling.Reading.Arranging;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Finding;
using Inkling.Reading.Sheets;

namespace Inkling.Reading;

/// <summary>
/// The one digit that a picture shows, found and normalised as the reader does before it asks a network: what a network should
/// learn from that is to read pictures like it.
/// </summary>
/// <param name="Glyph">[28, 28], as <see cref="MnistNormalisation"/> makes it.</param>
/// <param name="IsDarkOnLight">Whether the digit was darker than its paper.</param>
internal sealed record DigitImage(byte[] Glyph, bool IsDarkOnLight)
{
    /// <summary>The widest that a digit in pieces is, in heights; of wider pieces, those with most ink are taken.</summary>
    private const double MaxAspect = 1.5;

    /// <summary>Finds the digit.</summary>
    /// <returns>Null where there is no ink, or a texture.</returns>
    /// <exception cref="OperationCanceledException">It is cancelled.</exception>
    public static DigitImage? Of(GreyImage picture, CancellationToken cancellationToken = default)
    {
        if (AsItIs(picture) is { } normal)
            return normal;
        ReadingWork work = new(cancellationToken);
        ReaderConstants constants = ReaderConstants.Default;
        Sheet sheet = Sheet.On(picture, constants.Sheet, work) ?? Sheet.Whole(picture);
        Ink found = InkFinding.Find(sheet.Picture, constants, work);
        (Ink ink, InkPieces pieces) = ReadingPipeline.Written(found, constants, work);
        if (pieces.AreTooMany || pieces.All.Count == 0)
            return null;
        IReadOnlyList<Word> words = TextLayout.Words(ink, pieces, constants, work);
        Word word = words.Count == 0
            ? new Word(pieces.All, PieceMeasures.BoxAround(pieces.All), PieceMeasures.BoxAround(pieces.All).Height)
            : Word.Joined(words);
        if (words.Count > 1 && word.Box.Width > MaxAspect * word.Box.Height)
            word = words.MaxBy(one => one.Pieces.Sum(piece => piece.Area))!;
        Strip strip = Strip.CutOut(ink, pieces, word, constants.Upright.Margin, work);
        byte[] glyph = MnistNormalisation.Normalise(strip.Values, strip.Width, strip.Height);
        return new DigitImage(glyph, ink.IsDarkOnLight);
    }

    /// <summary>A picture that is in MNIST's normal form already, to the pixel, whichever way round; otherwise null.</summary>
    private static DigitImage? AsItIs(GreyImage picture)
    {
        const int side = MnistNormalisation.Side;
        if (picture.Width != side || picture.Height != side)
            return null;
        byte[] light = picture.Pixels.ToArray(), dark = [.. light.Select(level => (byte)(255 - level))];
        return IsNormal(light) ? new DigitImage(light, IsDarkOnLight: false)
            : IsNormal(dark) ? new DigitImage(dark, IsDarkOnLight: true)
            : null;

        static bool IsNormal(byte[] image)
        {
            byte[] normal = MnistNormalisation.Normalise(Array.ConvertAll(image, level => level / 255f), side, side);
            for (int i = 0; i < image.Length; i++)
            {
                if (Math.Abs(image[i] - normal[i]) > 1) // MNIST's darkest grey is 254 in some
                    return false;
            }

            return image.AsSpan().ContainsAnyExcept((byte)0);
        }
    }
}
