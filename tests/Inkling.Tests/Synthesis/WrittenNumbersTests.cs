using Inkling.Recipes;
using Inkling.Synthesis;

namespace Inkling.Tests.Synthesis;

/// <summary>The numbers that the line network learns from.</summary>
public sealed class WrittenNumbersTests
{
    private const int Images = 1000, Writers = 40;

    private static readonly LabelledImages Digits = GeneratedDigits.Create(Images, seed: 5);
    private static readonly int[] WriterOf = [.. Enumerable.Range(0, Images).Select(i => i % Writers)];
    private static readonly WriterDigits Learned = WriterDigits.Of(Digits, WriterOf, isValidation: false);

    [Fact]
    public void A_number_is_the_same_whenever_and_on_whatever_thread_it_is_asked_for()
    {
        WrittenNumbers once = new(Learned, count: 60, seed: 3), again = new(Learned, count: 60, seed: 3);
        float[][] expected = [.. Enumerable.Range(0, 60).Select(i => Copy(once, i))];
        Parallel.For(0, 60, i =>
        {
            Assert.Equal(expected[59 - i], Copy(again, 59 - i));
            Assert.Equal(once.LabelOf(i).ToArray(), again.LabelOf(i).ToArray());
        });
        Assert.NotEqual(expected[0], Copy(new WrittenNumbers(Learned, count: 60, seed: 4), 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Numbers_have_up_to_fourteen_digits_and_room_for_all_of_them(bool isHurried)
    {
        WrittenNumbers numbers = new(Learned, count: 500, seed: 1, new LineLimits(IsHurried: isHurried));
        float[] line = new float[LineCanvas.Height * numbers.MaxWidth];
        HashSet<int> lengths = [];
        for (int i = 0; i < numbers.Count; i++)
        {
            ReadOnlySpan<byte> label = numbers.LabelOf(i);
            int width = numbers.CopyLine(i, line), columns = label.Length;
            for (int k = 1; k < label.Length; k++)
                columns += label[k] == label[k - 1] ? 1 : 0;
            Assert.InRange(width, 2 * columns, numbers.MaxWidth);
            Assert.All(line[..(LineCanvas.Height * width)], value => Assert.InRange(value, 0, 1));
            lengths.Add(label.Length);
        }

        Assert.Equal(Enumerable.Range(1, WrittenNumbers.MaxDigits), lengths.Where(length => length > 0).Order());
    }

    [Fact]
    public void Nobody_who_wrote_a_number_to_learn_from_wrote_one_for_validation()
    {
        WriterDigits kept = WriterDigits.Of(Digits, WriterOf, isValidation: true);
        Assert.Equal(Writers, Learned.Writers + kept.Writers);
        HashSet<string> learned = ImagesOf(Learned), validation = ImagesOf(kept);
        Assert.NotEmpty(validation);
        Assert.Empty(learned.Intersect(validation));

        static HashSet<string> ImagesOf(WriterDigits digits)
        {
            Inkling.Numerics.RandomStream random = new(1);
            HashSet<string> images = [];
            for (int i = 0; i < 20_000; i++)
                images.Add(Convert.ToBase64String(digits.Pick(random.NextInt32(digits.Writers), random.NextInt32(10), random)));
            return images;
        }
    }

    [Fact]
    public void No_number_fades_away()
    {
        WrittenNumbers numbers = new(Learned, count: 40, seed: 2, new LineLimits(IsOneWriter: true, IsTouching: false));
        for (int i = 0; i < numbers.Count; i++)
            Assert.True(Copy(numbers, i).Sum() >= 12 * numbers.LabelOf(i).Length, $"number {i} has hardly any ink");
    }

    [Fact]
    public void Plain_numbers_have_nothing_beside_their_digits()
    {
        WrittenNumbers numbers = new(Learned, count: 2000, seed: 1, new LineLimits(IsPlain: true));
        int[] empty = [.. Enumerable.Range(0, numbers.Count).Where(i => numbers.LabelOf(i).Length == 0)];
        Assert.NotEmpty(empty);
        Assert.All(empty, i => Assert.All(Copy(numbers, i), value => Assert.Equal(0, value)));
    }

    [Fact]
    public void Writers_must_be_known_for_each_image()
    {
        Assert.Throws<ArgumentException>(() => WriterDigits.Of(Digits, WriterOf.AsSpan(1), isValidation: false));
        Assert.Throws<ArgumentException>(() => WriterDigits.Of(Digits, new int[Images], isValidation: true));
    }

    private static float[] Copy(WrittenNumbers numbers, int index)
    {
        float[] line = new float[LineCanvas.Height * numbers.MaxWidth];
        return line[..(LineCanvas.Height * numbers.CopyLine(index, line))];
    }
}
