using Inkling.Reading;

namespace Inkling.Tests.Reading;

/// <summary>A picture of one digit, as a network learns from it: as the reader would show it to the network.</summary>
public class DigitImageTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mnists_images_saved_as_pictures_come_back_to_the_pixel_whichever_way_round(bool isDarkOnLight)
    {
        ImageData mnist = await TestData.MnistAsync();
        int same = 0;
        for (int i = 0; i < 500; i++)
        {
            byte[] pixels = mnist.Test.Pixels(i).ToArray();
            DigitImage digit = DigitImage.Of(new GreyImage(28, 28, isDarkOnLight ? Inverted(pixels) : pixels))!;
            Assert.Equal(isDarkOnLight, digit.IsDarkOnLight);
            same += digit.Glyph.AsSpan().SequenceEqual(pixels) ? 1 : 0;
        }

        Assert.InRange(same, 495, 500);
    }

    [Fact]
    public void A_digit_anywhere_on_grey_paper_four_times_as_large_is_found_and_looks_the_same()
    {
        LabelledImages digits = GeneratedDigits.Create(50, seed: 8);
        for (int i = 0; i < digits.Count; i++)
        {
            byte[] sheet = new byte[200 * 300];
            Array.Fill(sheet, (byte)220);
            for (int p = 0; p < 112 * 112; p++)
            {
                int y = p / 112, x = p % 112;
                sheet[(y + 70) * 300 + x + 150] -= (byte)(digits.Pixels(i)[y / 4 * 28 + x / 4] * 200 / 255);
            }

            DigitImage digit = DigitImage.Of(new GreyImage(300, 200, sheet))!;
            Assert.True(digit.IsDarkOnLight);
            Assert.True(Similarity(digit.Glyph, digits.Pixels(i)) > 0.75, $"digit {i}"); // two digits have about 0.4
        }
    }

    [Fact]
    public void A_blank_picture_has_no_digit() =>
        Assert.Null(DigitImage.Of(new GreyImage(100, 100, Inverted(new byte[100 * 100]))));

    /// <summary>The cosine between two images: 1 for the same.</summary>
    private static double Similarity(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        double product = 0, ofA = 0, ofB = 0;
        for (int i = 0; i < a.Length; i++)
            (product, ofA, ofB) = (product + a[i] * b[i], ofA + a[i] * a[i], ofB + b[i] * b[i]);
        return product / Math.Sqrt(ofA * ofB);
    }

    private static byte[] Inverted(byte[] pixels) => [.. pixels.Select(pixel => (byte)(255 - pixel))];
}
