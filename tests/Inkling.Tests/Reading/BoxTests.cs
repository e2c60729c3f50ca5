using CsCheck;

namespace Inkling.Tests.Reading;

/// <summary>Who cuts a digit out of the picture by its box must not reach beside the picture.</summary>
public sealed class BoxTests
{
    private readonly DigitReader _reader = DigitReader.Load();

    [Fact]
    public void All_boxes_lie_in_the_picture_however_it_was_turned_cut_and_reduced()
    {
        int boxes = 0;
        Gen.Select(
            Gen.Char['0', '9'].Array[1, 4], Gen.Double[-35, 35], Gen.Double[0, 0.5], Gen.Double[0, 0.5], Gen.Double[1, 3],
            Gen.Int[1, 50])
        .Sample((digits, degrees, cutX, cutY, reduction, seed) =>
        {
            // Turned about its middle, and cut so far that ink lies at its edges.
            GreyImage whole = NumberPicture.Of(new string(digits), height: 40, seed: seed);
            int left = (int)(cutX * 40), top = (int)(cutY * 80), width = whole.Width - 2 * left, height = whole.Height - 2 * top;
            double cos = Math.Cos(degrees * Math.PI / 180), sin = Math.Sin(degrees * Math.PI / 180);
            GreyImage mapped = NumberPicture.Mapped(whole, width, height, (x, y) => (
                whole.Width / 2.0 + cos * (x - width / 2.0) + sin * (y - height / 2.0),
                whole.Height / 2.0 - sin * (x - width / 2.0) + cos * (y - height / 2.0)));
            GreyImage picture = new(width, height, mapped.Pixels.ToArray()) { Reduction = reduction };
            ReadingResult reading = _reader.Read(picture);
            foreach (ReadNumber number in reading.Numbers)
            {
                IEnumerable<PixelBox> parts = number.Separators.Select(separator => separator.Box);
                foreach (PixelBox box in parts.Append(number.Box).Concat(number.Digits.Select(digit => digit.Box)))
                {
                    boxes++;
                    bool isInside = box.Left >= 0 && box.Top >= 0 && box.Width >= 1 && box.Height >= 1
                        && box.Right <= Math.Round(width * reduction) && box.Bottom <= Math.Round(height * reduction);
                    Assert.True(isInside, $"{box} in {width * reduction}×{height * reduction}");
                }
            }
        }, iter: 60, threads: 1);
        Assert.True(boxes > 60, $"{boxes}");
    }
}
