using CsCheck;

namespace Inkling.Tests.Reading;

public class MnistNormalisationTests
{
    /// <summary>A square ink map with ink in its corners, so that its ink box is all of it, and full ink somewhere.</summary>
    private static readonly Func<int, Gen<float[]>> Digit = side => Gen.Float[0, 1].Array[side * side].Select(ink =>
    {
        ink[0] = ink[1] = ink[side] = ink[side + 1] = 1;
        ink[^1] = 0.5f;
        return ink;
    });

    [Fact]
    public void The_images_of_MNIST_come_through_as_they_are()
    {
        int digits = 0, unchanged = 0, withinOneLevel = 0;
        foreach (byte[] image in RealMnist.TestImages())
        {
            if (LongerSide(image) != 20)
                continue;
            byte[] normalised = MnistNormalisation.Normalise(AsInk(image), 28, 28);
            int change = image.Zip(normalised, (before, after) => Math.Abs(before - after)).Max();
            digits++;
            unchanged += change == 0 ? 1 : 0;
            withinOneLevel += change <= 1 ? 1 : 0;
        }

        // Measured: 8,976 of 9,997 byte for byte. The others have 254 as their darkest grey, which becomes 255; one, whose
        // centre of mass lies on the border between two pixels, moves by one.
        Assert.Equal(9_997, digits);
        Assert.InRange(unchanged, 8_976, digits);
        Assert.InRange(withinOneLevel, 9_996, digits);
    }

    [Fact]
    public void The_result_does_not_depend_on_where_the_digit_is_or_on_the_blank_paper_around_it() =>
        Gen.Select(Gen.Int[1, 45], Gen.Int[1, 45], Gen.Int[0, 40], Gen.Int[0, 40], Gen.Int[0, 40], Gen.Int[0, 40])
            .SelectMany((width, height, left, right, top, bottom) =>
                Gen.Float[0.1f, 1].Array[width * height].Select(ink => (ink, width, height, left, right, top, bottom)))
            .Sample(
                x =>
                {
                    int sheetWidth = x.left + x.width + x.right, sheetHeight = x.top + x.height + x.bottom;
                    float[] sheet = new float[sheetWidth * sheetHeight];
                    for (int row = 0; row < x.height; row++)
                        x.ink.AsSpan(row * x.width, x.width).CopyTo(sheet.AsSpan((x.top + row) * sheetWidth + x.left));
                    Assert.Equal(
                        MnistNormalisation.Normalise(x.ink, x.width, x.height),
                        MnistNormalisation.Normalise(sheet, sheetWidth, sheetHeight));
                },
                iter: 300);

    [Fact]
    public void Doubling_a_small_digit_changes_nothing() =>
        Gen.Int[10, 19].SelectMany(side => Digit(side).Select(ink => (ink, side))).Sample(
            x => Assert.Equal(
                MnistNormalisation.Normalise(x.ink, x.side, x.side),
                MnistNormalisation.Normalise(Enlarge(x.ink, x.side, 2), 2 * x.side, 2 * x.side)),
            iter: 200);

    [Fact]
    public void A_digit_of_40_by_40_pixels_becomes_the_means_of_its_2_by_2_squares() =>
        Digit(40).Sample(
            ink =>
            {
                byte[] image = MnistNormalisation.Normalise(ink, 40, 40);
                // Grey noise all over has its centre of mass in the middle: the box begins at the fourth or fifth row and column.
                (int top, int left) = Corner(image);
                for (int row = 0; row < 20; row++)
                {
                    for (int column = 0; column < 20; column++)
                    {
                        int i = 2 * row * 40 + 2 * column;
                        double mean = ((double)ink[i] + ink[i + 1] + ink[i + 40] + ink[i + 41]) / 4;
                        Assert.Equal(255 * mean, image[(top + row) * 28 + left + column], 0.5 + 1e-6);
                    }
                }
            },
            iter: 50);

    [Fact]
    public void A_digit_enlarged_to_nine_megapixels_is_the_same_digit() =>
        Digit(20).Sample(
            ink => Assert.Equal(
                MnistNormalisation.Normalise(ink, 20, 20), MnistNormalisation.Normalise(Enlarge(ink, 20, 150), 3000, 3000)),
            iter: 1);

    [Fact]
    public void Faint_ink_is_darkened_until_its_darkest_spot_is_full_ink()
    {
        float[] faint = new float[20 * 20];
        faint.AsSpan().Fill(0.1f);
        faint[210] = 0.2f;
        byte[] image = MnistNormalisation.Normalise(faint, 20, 20);
        Assert.Equal(255, image.Max());
        Assert.Equal(399, image.Count(grey => grey == 128));
    }

    [Fact]
    public void The_centre_of_mass_comes_to_lie_in_the_middle() =>
        Gen.Int[5, 60].SelectMany(side => Digit(side).Select(ink => (ink, side))).Sample(
            x =>
            {
                (double row, double column) = CentreOfMass(MnistNormalisation.Normalise(x.ink, x.side, x.side));
                Assert.InRange(row, 14 - 1e-9, 15 + 1e-9);
                Assert.InRange(column, 14 - 1e-9, 15 + 1e-9);
            },
            iter: 200);

    [Fact]
    public void Blank_paper_stays_blank() =>
        Assert.Equal(new byte[28 * 28], MnistNormalisation.Normalise(new float[35 * 50], 35, 50));

    [Fact]
    public void An_ink_map_of_another_size_than_said_is_refused() =>
        Assert.Throws<ArgumentException>(() => MnistNormalisation.Normalise(new float[99], 10, 10));

    internal static float[] AsInk(byte[] image) => [.. image.Select(grey => grey / 255f)];

    /// <summary>The longer side of the box around what is not paper in a 28×28 image.</summary>
    internal static int LongerSide(byte[] image)
    {
        int[] inked = [.. Enumerable.Range(0, image.Length).Where(i => image[i] > 0)];
        return 1 + Math.Max(inked.Max(i => i / 28) - inked.Min(i => i / 28), inked.Max(i => i % 28) - inked.Min(i => i % 28));
    }

    /// <summary>Row and column, with the centre of the first pixel at 0.5.</summary>
    internal static (double Row, double Column) CentreOfMass(byte[] image)
    {
        double mass = image.Sum(grey => (double)grey);
        return (
            image.Select((grey, i) => grey * (i / 28 + 0.5)).Sum() / mass,
            image.Select((grey, i) => grey * (i % 28 + 0.5)).Sum() / mass);
    }

    private static (int Top, int Left) Corner(byte[] image)
    {
        int[] inked = [.. Enumerable.Range(0, image.Length).Where(i => image[i] > 0)];
        return (inked.Min(i => i / 28), inked.Min(i => i % 28));
    }

    private static float[] Enlarge(float[] ink, int side, int times)
    {
        int large = side * times;
        float[] result = new float[large * large];
        for (int i = 0; i < result.Length; i++)
            result[i] = ink[i / large / times * side + i % large / times];
        return result;
    }
}
