using Inkling.Numerics;
using Inkling.Reading.Arranging;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Finding;

namespace Inkling.Tests.Reading;

public class InkTests
{
    private const int Side = 200;

    [Fact]
    public void The_images_of_MNIST_come_through_ink_and_normalisation_nearly_as_they_are()
    {
        byte[][] images = RealMnist.TestImages();
        int near = images.Count(image => MeanDifference(image, Normalise(new GreyImage(28, 28, image))) < 3);
        // Measured, any shift counted: 9,896. The others move by a pixel, their centre of mass being near the border between
        // two, or lose a speck that their scans have beside the digit.
        Assert.InRange(near, 9_890, images.Length);
    }

    [Fact]
    public void Digits_drawn_large_are_recovered()
    {
        LabelledImages digits = GeneratedDigits.Create(100, seed: 3);
        double difference = Enumerable.Range(0, digits.Count)
            .Average(i => MeanDifference(digits.Pixels(i).ToArray(), Normalise(Draw(digits.Pixels(i), paper: 0, pen: 255))));
        // Another digit would differ by about 40 grey levels.
        Assert.InRange(difference, 0, 8);
    }

    [Fact]
    public void Dark_on_light_and_light_on_dark_are_read_alike()
    {
        ReadOnlySpan<byte> digit = GeneratedDigits.Create(1).Pixels(0);
        byte[] light = Normalise(Draw(digit, paper: 230, pen: 40)), dark = Normalise(Draw(digit, paper: 40, pen: 230));
        Assert.InRange(MeanDifference(light, dark), 0, 1);
    }

    [Fact]
    public void The_colour_of_paper_and_pen_does_not_matter()
    {
        ReadOnlySpan<byte> digit = GeneratedDigits.Create(1).Pixels(0);
        byte[] black = Normalise(Draw(digit, paper: 255, pen: 0)), faint = Normalise(Draw(digit, paper: 150, pen: 90));
        Assert.InRange(MeanDifference(black, faint), 0, 3);
    }

    [Fact]
    public void Noise_specks_and_a_frame_do_not_matter()
    {
        ReadOnlySpan<byte> digit = GeneratedDigits.Create(1).Pixels(0);
        byte[] expected = Normalise(Draw(digit, paper: 220, pen: 50));
        byte[] pixels = Draw(digit, paper: 220, pen: 50).Pixels.ToArray();
        RandomStream random = new(1);
        for (int i = 0; i < pixels.Length; i++)
        {
            int row = i / Side, column = i % Side;
            bool isFrame = row < 4 || column < 4 || row >= Side - 4 || column >= Side - 4;
            bool isSpeck = row is 20 or 21 && column is 30 or 31 or 150;
            pixels[i] = (byte)Math.Clamp((isFrame || isSpeck ? 60 : pixels[i]) + 4 * random.NextGaussian(), 0, 255);
        }

        Assert.InRange(MeanDifference(expected, Normalise(new GreyImage(Side, Side, pixels))), 0, 5);
    }

    [Fact]
    public void Light_that_fades_over_the_picture_does_not_hide_the_digit()
    {
        ReadOnlySpan<byte> digit = GeneratedDigits.Create(1).Pixels(0);
        byte[] expected = Normalise(Draw(digit, paper: 200, pen: 150));
        byte[] pixels = Draw(digit, paper: 200, pen: 150).Pixels.ToArray();
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] -= (byte)((i / Side + i % Side) * 140 / (2 * Side));
        Assert.InRange(MeanDifference(expected, Normalise(new GreyImage(Side, Side, pixels))), 0, 12);
    }

    [Fact]
    public void A_card_pasted_on_white_paper_is_not_taken_for_ink()
    {
        ReadOnlySpan<byte> digit = GeneratedDigits.Create(1).Pixels(0);
        byte[] expected = Normalise(Draw(digit, paper: 210, pen: 0));
        byte[] pixels = Draw(digit, paper: 210, pen: 0).Pixels.ToArray();
        for (int i = 0; i < pixels.Length; i++)
        {
            if (i / Side is < 22 or >= 178 || i % Side is < 22 or >= 178)
                pixels[i] = 255;
        }

        Assert.InRange(MeanDifference(expected, Normalise(new GreyImage(Side, Side, pixels))), 0, 12);
    }

    [Fact]
    public void A_digit_that_fills_its_picture_to_the_edge_is_kept()
    {
        // A zero whose four sides lie on the picture's edge.
        byte[] pixels = new byte[40 * 30];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = i / 30 is < 4 or >= 36 || i % 30 is < 4 or >= 26 ? (byte)0 : (byte)255;
        Assert.Equal(4 * 30 * 2 + 32 * 8, Ink.Of(new GreyImage(30, 40, pixels)).Values.ToArray().Count(ink => ink == 1));
    }

    [Fact]
    public void A_photo_of_twelve_megapixels_is_reduced_and_read()
    {
        ReadOnlySpan<byte> digit = GeneratedDigits.Create(1).Pixels(0);
        Ink ink = Ink.Of(Draw(digit, paper: 240, pen: 20, side: 3500));
        Assert.InRange(Math.Max(ink.Width, ink.Height), 800, 1600);
        Assert.Equal(3, ink.Reduction);
        byte[] large = MnistNormalisation.Normalise(ink.Values, ink.Width, ink.Height);
        Assert.InRange(MeanDifference(Normalise(Draw(digit, paper: 240, pen: 20)), large), 0, 6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(20)]
    public void On_an_empty_sheet_there_is_no_ink_with_or_without_noise(double noise)
    {
        RandomStream random = new(2);
        byte[] pixels = new byte[Side * Side];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp(180 + noise * random.NextGaussian(), 0, 255);
        Ink ink = Ink.Of(new GreyImage(Side, Side, pixels));
        InkPieces pieces = InkPieces.Of(ink, ReaderConstants.Default, new ReadingWork());
        Assert.Empty(TextLayout.Find(ink, pieces, ReaderConstants.Default, new ReadingWork()));
    }

    private static byte[] Normalise(GreyImage picture)
    {
        Ink ink = Ink.Of(picture);
        InkPieces pieces = InkPieces.Of(ink, ReaderConstants.Default, new ReadingWork());
        IReadOnlyList<Word> words = TextLayout.Words(ink, pieces, ReaderConstants.Default, new ReadingWork());
        if (words.Count == 0)
            return new byte[28 * 28];
        Word word = words.Count == 1 ? words[0] : Word.Joined(words); // thin strokes may be broken
        Strip strip = Strip.Of(ink, pieces, word, ReaderConstants.Default.Upright, new ReadingWork());
        return MnistNormalisation.Normalise(strip.Values, strip.Width, strip.Height);
    }

    /// <summary>A 28×28 digit, enlarged with soft edges (bilinearly), in shades of one's choice.</summary>
    private static GreyImage Draw(ReadOnlySpan<byte> digit, int paper, int pen, int side = Side)
    {
        byte[] pixels = new byte[side * side];
        double scale = 28.0 / side;
        for (int i = 0; i < pixels.Length; i++)
        {
            double y = Math.Clamp((i / side + 0.5) * scale - 0.5, 0, 26.999);
            double x = Math.Clamp((i % side + 0.5) * scale - 0.5, 0, 26.999);
            int row = (int)y, column = (int)x, corner = row * 28 + column;
            double down = y - row, right = x - column;
            double ink = ((1 - down) * ((1 - right) * digit[corner] + right * digit[corner + 1])
                + down * ((1 - right) * digit[corner + 28] + right * digit[corner + 29])) / 255;
            pixels[i] = (byte)Math.Round(paper + (pen - paper) * ink);
        }

        return new GreyImage(side, side, pixels);
    }

    /// <summary>
    /// The mean difference in grey levels; one pixel of shift is not counted, since a centre of mass on the border between
    /// two pixels tips over at the least change.
    /// </summary>
    private static double MeanDifference(byte[] a, byte[] b) =>
        new[] { 0, -1, 1, -28, 28, -29, -27, 27, 29 }.Min(shift =>
            Enumerable.Range(0, a.Length).Average(
                i => (double)Math.Abs(a[i] - (i + shift is var j and >= 0 && j < b.Length ? b[j] : 0))));
}
