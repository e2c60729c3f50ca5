using System.Text;
using Inkling.Data;
using Inkling.Data.Own;

namespace Inkling.Tests.Data;

/// <summary>Images of one's own: found under the names that people give them, put right, divided, and checked.</summary>
public sealed class OwnImagesTests : IDisposable
{
    private static readonly LabelledImages Digits = GeneratedDigits.Create(700, seed: 4);

    private readonly string _folder = Directory.CreateTempSubdirectory("inkling tests ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Sorted_by_class_or_not_each_class_gives_its_share_to_validation()
    {
        int[] sorted = [.. Enumerable.Range(0, Digits.Count).OrderBy(i => Digits.Labels[i])];
        (LabelledImages remaining, LabelledImages drawn) = StratifiedSplit.Of(Digits.Select(sorted), 1 / 7.0, seed: 5);
        Assert.Equal(Digits.Count, remaining.Count + drawn.Count);
        for (byte digit = 0; digit < 10; digit++)
            Assert.Equal(Math.Round(Digits.Labels.Count(digit) / 7.0), drawn.Labels.Count(digit));
    }

    [Fact]
    public void The_same_seed_draws_the_same_images_and_another_seed_others()
    {
        byte[] first = PixelsOf(StratifiedSplit.Of(Digits, 0.2, seed: 5).Drawn);
        Assert.Equal(first, PixelsOf(StratifiedSplit.Of(Digits, 0.2, seed: 5).Drawn));
        Assert.NotEqual(first, PixelsOf(StratifiedSplit.Of(Digits, 0.2, seed: 6).Drawn));
    }

    [Fact]
    public void An_image_that_is_there_several_times_is_never_on_both_sides()
    {
        LabelledImages thrice = Digits.Concat(Digits).Concat(Digits);
        (LabelledImages remaining, LabelledImages drawn) = StratifiedSplit.Of(thrice, 0.5);
        Assert.Equal(drawn.Count, SamePixels.OnlyInSecond(remaining, drawn).Length);
        Assert.Equal(3 * StratifiedSplit.Of(Digits, 0.5).Drawn.Count, drawn.Count);
    }

    [Fact]
    public void A_class_with_two_images_is_on_both_sides_and_one_with_a_single_image_is_learned()
    {
        byte[] pixels = [1, 2, 3], labels = [4, 4, 8];
        LabelledImages few = new(pixels, labels, height: 1, width: 1);
        (LabelledImages remaining, LabelledImages drawn) = StratifiedSplit.Of(few, 0.1);
        Assert.Equal([4, 8], remaining.Labels.ToArray());
        Assert.Equal([4], drawn.Labels.ToArray());
    }

    [Fact]
    public void An_image_in_two_classes_counts_in_the_class_of_its_first_copy()
    {
        byte[] pixels = [1, 2, 1, 2], labels = [4, 4, 8, 8];
        (LabelledImages remaining, LabelledImages drawn) = StratifiedSplit.Of(new LabelledImages(pixels, labels, 1, 1), 0.5);
        Assert.Equal([4, 8], remaining.Labels.ToArray());
        Assert.Equal([4, 8], drawn.Labels.ToArray());
    }

    [Theory]
    [InlineData("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")]
    [InlineData("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte")]
    [InlineData("Train-Images.idx", "Train-Labels.idx", "Test-Images.idx", "Test-Labels.idx")]
    [InlineData(
        "qmnist-train-images-idx3-ubyte.gz", "qmnist-train-labels-idx2-int.gz",
        "qmnist-test-images-idx3-ubyte.gz", "qmnist-test-labels-idx2-int.gz")]
    public void Idx_files_are_found_under_the_names_that_people_give_them(params string[] names)
    {
        foreach (string name in names)
            File.WriteAllText(PathOf(name), "");
        foreach (string path in new[] { _folder, PathOf(names[0]), PathOf(names[3]) })
        {
            IReadOnlyDictionary<DataPart, (string Images, string Labels)> found = IdxImages.Find(path);
            Assert.Equal((PathOf(names[0]), PathOf(names[1])), found[DataPart.Training]);
            Assert.Equal((PathOf(names[2]), PathOf(names[3])), found[DataPart.Test]);
        }
    }

    [Fact]
    public void Idx_files_without_test_images_are_divided_into_three()
    {
        WriteIdx("train", Digits);
        (string images, string labels) = Assert.Single(IdxImages.Find(_folder)).Value;
        ImageParts parts = ImageParts.Of("mine", Parts(IdxImages.Read(images, labels)), []);
        ImageData data = parts.ToData(seed: 1);
        Assert.Equal(700, data.Training.Count + data.Validation.Count + data.Test.Count);
        Assert.InRange(data.Test.Count, 95, 105);
        Assert.InRange(data.Validation.Count, 95, 105);
        Assert.DoesNotContain(DataCheck.Of(data), line => line.Contains("are also among", StringComparison.Ordinal));
    }

    [Fact]
    public void Several_sets_in_one_folder_are_told_apart_by_naming_a_file()
    {
        WriteIdx("emnist-digits-train", Digits.Slice(0, 20));
        WriteIdx("emnist-mnist-train", Digits.Slice(0, 10));
        Assert.Contains(
            "several sets: emnist-digits, emnist-mnist.",
            Assert.Throws<InklingException>(() => IdxImages.Find(_folder)).Message,
            StringComparison.Ordinal);
        (string images, string labels) = IdxImages.Find(PathOf("emnist-mnist-train-images-idx3-ubyte"))[DataPart.Training];
        RawImages read = IdxImages.Read(images, labels);
        Assert.Equal(10, read.Labels.Length);
        Assert.Equal(Digits.Pixels(3)[9 * 28 + 14], read.Pixels[3 * 784 + 14 * 28 + 9]); // EMNIST's are stored transposed
    }

    [Fact]
    public void Images_without_labels_are_refused_by_name()
    {
        WriteIdx("train", Digits.Slice(0, 20));
        File.Delete(PathOf("train-labels-idx1-ubyte"));
        Assert.Contains(
            "train-images-idx3-ubyte: no labels beside it",
            Assert.Throws<InklingException>(() => IdxImages.Find(_folder)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("label,pixel0,pixel1", 1, "\n")]
    [InlineData("\"label\";\"1x1\"", 1, "\r\n")]
    [InlineData(null, 1, "\n")]
    [InlineData(null, 255, "\n")]
    public void Csv_files_are_read_with_a_header_or_without_from_0_to_255_or_from_0_to_1(string? header, int scale, string end)
    {
        char separator = header?.Contains(';', StringComparison.Ordinal) == true ? ';' : ',';
        StringBuilder text = new();
        if (header is not null)
            text.Append(header.Split(separator)[0]).Append(separator)
                .AppendJoin(separator, Enumerable.Range(0, 784).Select(i => $"pixel{i}")).Append(end);
        for (int i = 0; i < 30; i++)
        {
            text.Append(Digits.Labels[i]).Append(separator).AppendJoin(
                separator,
                Digits.Pixels(i).ToArray().Select(p => FormattableString.Invariant($"{(double)p / scale}"))).Append(end);
        }

        File.WriteAllText(PathOf("train.csv"), text.ToString());
        RawImages read = CsvImages.Read(PathOf("train.csv"));
        Assert.Equal((28, 28), (read.Height, read.Width));
        Assert.Equal(Digits.Labels[..30].ToArray(), read.Labels);
        Assert.Equal(PixelsOf(Digits.Slice(0, 30)), read.Pixels);
    }

    [Fact]
    public void Kaggles_test_file_which_has_no_labels_is_left_out_and_said()
    {
        string pixels = string.Join(',', Enumerable.Range(0, 16).Select(i => $"pixel{i}")), zeros = string.Join(',', new int[16]);
        File.WriteAllText(PathOf("train.csv"), $"label,{pixels}\n7,{zeros}\n");
        File.WriteAllText(PathOf("test.csv"), $"{pixels}\n{zeros}\n");
        File.WriteAllText(PathOf("sample_submission.csv"), "ImageId,Label\n1,0\n");
        Assert.Equal(PathOf("train.csv"), CsvImages.Find(_folder, out IReadOnlyList<string> unlabelled)[DataPart.Training]);
        Assert.Equal([PathOf("test.csv")], unlabelled);
        Assert.Contains(
            "it has no column \"label\"",
            Assert.Throws<InklingException>(() => CsvImages.Find(PathOf("test.csv"), out _)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,256\n", "line 2, column 17: \"256\": pixels are numbers from 0 to 255")]
    [InlineData("1,0,0,0,0,0,0,-1,0,0,0,0,0,0,0,0,0\n", "line 2, column 8: \"-1\": pixels are numbers from 0 to 255")]
    [InlineData("x,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n", "line 2, column 1: \"x\": classes are numbered from 0 to 255")]
    [InlineData("1,0,0,0,0,0,0", "line 2 has 7 columns, but the first has 17. Is the file cut short?")]
    public void A_damaged_csv_file_is_refused_with_line_and_column(string line, string message)
    {
        File.WriteAllText(PathOf("train.csv"), "5,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0\n" + line);
        Assert.Contains(
            message,
            Assert.Throws<InklingException>(() => CsvImages.Read(PathOf("train.csv"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Images_that_are_dark_on_light_are_turned_over_and_it_is_said()
    {
        byte[] inverted = [.. PixelsOf(Digits).Select(pixel => (byte)(255 - pixel))];
        RawImages raw = new("x.csv", inverted, Digits.Labels.ToArray(), 28, 28);
        ImageParts parts = ImageParts.Of("mine", Parts(raw), []);
        Assert.Equal(PixelsOf(Digits), PixelsOf(parts.Training));
        Assert.Contains("700 of 700 images are dark on light: turned over", Assert.Single(parts.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Pixels_that_are_0_or_1_are_taken_as_0_or_255_and_it_is_said()
    {
        byte[] bits = [.. PixelsOf(Digits).Select(pixel => (byte)(pixel > 127 ? 1 : 0))];
        ImageParts parts = ImageParts.Of("mine", Parts(new RawImages("x.csv", bits, Digits.Labels.ToArray(), 28, 28)), []);
        Assert.Equal(PixelsOf(Digits).Select(pixel => (byte)(pixel > 127 ? 255 : 0)), PixelsOf(parts.Training));
        Assert.Contains("pixels are from 0 to 1; taken as 0 to 255", Assert.Single(parts.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_data_is_said_in_a_line_each()
    {
        LabelledImages large = GeneratedDigits.Create(3000, seed: 9);
        Assert.Empty(LinesOf(large));
        int[] ones = [.. IndicesOf(large, label => label == 1)], others = [.. IndicesOf(large, label => label != 1)];
        Assert.Contains("% of the images to learn from are of class 1", Assert.Single(
            LinesOf(large.Select([.. Enumerable.Repeat(ones, 10).SelectMany(i => i), .. others]))), StringComparison.Ordinal);
        Assert.Contains("no image of classes 3 and 7 to learn from", Assert.Single(
            LinesOf(large.Select([.. IndicesOf(large, label => label is not 3 and not 7)]))), StringComparison.Ordinal);
        Assert.Contains(
            "100 images are few to learn from", Assert.Single(LinesOf(large.Slice(0, 100))), StringComparison.Ordinal);
        byte[] inverted = [.. PixelsOf(large).Select(pixel => (byte)(255 - pixel))];
        Assert.Contains(
            "are dark on light",
            Assert.Single(LinesOf(new LabelledImages(inverted, large.Labels.ToArray()))),
            StringComparison.Ordinal);
        byte[] blank = [.. new byte[784 * 3], .. PixelsOf(large).AsSpan(784 * 3)];
        Assert.Contains(
            "3 images are blank",
            Assert.Single(LinesOf(new LabelledImages(blank, large.Labels.ToArray()))),
            StringComparison.Ordinal);
        ImageData leaking = new("mine", large, large.Slice(0, 40), GeneratedDigits.Create(10, seed: 10));
        Assert.Contains(
            "40 of 40 validation images are also among those to learn from",
            Assert.Single(DataCheck.Of(leaking)),
            StringComparison.Ordinal);
        LabelledImages contradicting = new(PixelsOf(large.Slice(5, 1)), new[] { (byte)((large.Labels[5] + 1) % 10) });
        Assert.Contains(
            "the same image is there under two labels",
            Assert.Single(LinesOf(large.Concat(contradicting))),
            StringComparison.Ordinal);
    }

    private static IEnumerable<string> LinesOf(LabelledImages training) =>
        DataCheck.Of(
            new ImageData("mine", training, GeneratedDigits.Create(10, seed: 11), GeneratedDigits.Create(10, seed: 10)));

    private static IEnumerable<int> IndicesOf(LabelledImages images, Func<byte, bool> isOf) =>
        Enumerable.Range(0, images.Count).Where(i => isOf(images.Labels[i]));

    private static Dictionary<DataPart, RawImages> Parts(RawImages training) => new() { [DataPart.Training] = training };

    private static byte[] PixelsOf(LabelledImages images) =>
        [.. Enumerable.Range(0, images.Count).SelectMany(i => images.Pixels(i).ToArray())];

    private string PathOf(string name) => Path.Combine(_folder, name);

    private void WriteIdx(string part, LabelledImages images)
    {
        IdxFile.Write(PathOf($"{part}-images-idx3-ubyte"), IdxArray.Create(PixelsOf(images), images.Count, 28, 28));
        IdxFile.Write(PathOf($"{part}-labels-idx1-ubyte"), IdxArray.Create(images.Labels.ToArray(), images.Count));
    }
}
