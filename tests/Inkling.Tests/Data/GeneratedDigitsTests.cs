using Inkling.Tests.Reading;

namespace Inkling.Tests.Data;

public class GeneratedDigitsTests
{
    [Fact]
    public void The_same_seed_gives_the_same_digits_whatever_the_number_of_threads()
    {
        LabelledImages one = GeneratedDigits.Create(500, seed: 7, threads: 1),
            four = GeneratedDigits.Create(500, seed: 7, threads: 4);
        Assert.True(one.Labels.SequenceEqual(four.Labels));
        for (int i = 0; i < one.Count; i++)
            Assert.True(one.Pixels(i).SequenceEqual(four.Pixels(i)));
    }

    [Fact]
    public void Another_seed_gives_other_digits()
    {
        LabelledImages one = GeneratedDigits.Create(200, seed: 1), two = GeneratedDigits.Create(200, seed: 2);
        Assert.DoesNotContain(Enumerable.Range(0, 200), i => one.Pixels(i).SequenceEqual(two.Pixels(i)));
    }

    [Fact]
    public void No_two_digits_are_the_same()
    {
        LabelledImages digits = GeneratedDigits.Create(2000);
        string[] images = [.. Enumerable.Range(0, 2000).Select(i => Convert.ToHexString(digits.Pixels(i)))];
        Assert.Distinct(images, StringComparer.Ordinal);
    }

    [Fact]
    public void Each_digit_is_as_likely_as_any_other()
    {
        int[] counts = new int[10];
        foreach (byte label in GeneratedDigits.Create(2000).Labels)
            counts[label]++;
        // 200 expected, with a standard deviation of 13.
        Assert.All(counts, count => Assert.InRange(count, 135, 265));
    }

    [Fact]
    public void Every_image_has_the_form_of_MNIST()
    {
        LabelledImages digits = GeneratedDigits.Create(2000);
        for (int i = 0; i < digits.Count; i++)
        {
            byte[] image = digits.Pixels(i).ToArray();
            (double row, double column) = MnistNormalisationTests.CentreOfMass(image);
            Assert.Equal(20, MnistNormalisationTests.LongerSide(image));
            Assert.Equal(255, image.Max());
            Assert.InRange(row, 14 - 1e-9, 15 + 1e-9);
            Assert.InRange(column, 14 - 1e-9, 15 + 1e-9);
        }
    }

    [Fact]
    public void There_is_as_much_ink_as_in_MNIST()
    {
        LabelledImages digits = GeneratedDigits.Create(5000);
        // The mean grey of MNIST's 60,000 training images is 33.3.
        Assert.Equal(33.3, Enumerable.Range(0, 5000).Average(i => digits.Pixels(i).ToArray().Average(grey => grey)), 1.0);
    }

    [Fact]
    public void The_nearest_generated_digit_is_mostly_the_right_one_for_real_handwriting()
    {
        byte[][] real = RealMnist.TestImages();
        byte[] labels = RealMnist.TestLabels();
        LabelledImages digits = GeneratedDigits.Create(2000);
        int right = Enumerable.Range(0, 300).AsParallel().Count(i => digits.Labels[NearestTo(real[i], digits)] == labels[i]);
        // Measured: 268 of 300; with 10,000 generated digits, 901 of 1,000.
        Assert.InRange(right, 255, 300);
    }

    [Fact]
    public void The_parts_are_of_the_sizes_asked_for_and_share_no_image()
    {
        ImageData data = GeneratedDigits.CreateData(training: 30, validation: 20, test: 10, seed: 5);
        LabelledImages all = GeneratedDigits.Create(60, seed: 5, plainShapes: true);
        Assert.Equal((30, 20, 10), (data.Training.Count, data.Validation.Count, data.Test.Count));
        Assert.True(data.Training.Pixels(29).SequenceEqual(all.Pixels(29)));
        Assert.True(data.Validation.Pixels(0).SequenceEqual(all.Pixels(30)));
        Assert.True(data.Test.Pixels(0).SequenceEqual(all.Pixels(50)));
    }

    [Fact]
    public void Digits_of_plain_shapes_have_the_same_labels_and_none_is_taken_for_another_by_the_bundled_network()
    {
        LabelledImages plain = GeneratedDigits.Create(1000, seed: 7, plainShapes: true),
            all = GeneratedDigits.Create(1000, seed: 7);
        Assert.True(plain.Labels.SequenceEqual(all.Labels));
        Network best = BundledModels.Load("best");
        int wrongOfPlain = plain.Count - best.Evaluate(plain).Correct, wrongOfAll = all.Count - best.Evaluate(all).Correct;
        Assert.True(wrongOfPlain < 10, $"{wrongOfPlain} of 1,000 plain digits are read as another");
        Assert.True(wrongOfAll > wrongOfPlain, $"{wrongOfAll} of 1,000 digits of all shapes, {wrongOfPlain} of plain shapes");
    }

    [Fact]
    public void Figures_made_with_them_cannot_be_taken_for_MNIST()
    {
        ImageData data = GeneratedDigits.CreateData(1, 1, 1);
        Assert.Equal("generated digits (not MNIST)", data.Name);
        Assert.False(data.IsMnist);
    }

    private static int NearestTo(byte[] image, LabelledImages digits) =>
        Enumerable.Range(0, digits.Count).MinBy(i =>
        {
            ReadOnlySpan<byte> other = digits.Pixels(i);
            int distance = 0;
            for (int j = 0; j < image.Length; j++)
                distance += (image[j] - other[j]) * (image[j] - other[j]);
            return distance;
        });
}
