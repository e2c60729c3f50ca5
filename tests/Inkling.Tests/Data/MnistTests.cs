using System.IO.Compression;
using System.Security.Cryptography;
using Inkling.Data;
using Inkling.Data.Catalogue;
using Inkling.Numerics;

namespace Inkling.Tests.Data;

public sealed class MnistTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling tests ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_real_mnist_comes_in_the_seeds_three_parts()
    {
        ImageData mnist = await TestData.MnistAsync();
        Assert.Equal((50_000, 10_000, 10_000), (mnist.Training.Count, mnist.Validation.Count, mnist.Test.Count));
        Assert.Equal([5, 0, 4, 1, 9, 2, 1, 3, 1, 4], mnist.Training.Labels[..10].ToArray());
        Assert.Equal([7, 2, 1, 0, 4], mnist.Test.Labels[..5].ToArray());
        Assert.True(mnist.IsMnist);
        byte[] header = [0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28];
        byte[] pixels = [.. Enumerable.Range(0, 10_000).SelectMany(i => mnist.Test.Pixels(i).ToArray())];
        Assert.Equal(
            "0FA7898D509279E482958E8CE81C8E77DB3F2F8254E26661CEB7762C4D494CE7",
            Convert.ToHexString(SHA256.HashData([.. header, .. pixels])));
    }

    [Fact]
    public async Task A_folder_of_ones_own_in_the_same_format_is_loaded_and_not_called_mnist()
    {
        WriteImages(_folder, training: 12, test: 3);
        ImageData data = await Mnist.LoadAsync(new DataOptions { Directory = _folder });
        Assert.Equal((12, 3), (data.Training.Count + data.Validation.Count, data.Test.Count));
        Assert.False(data.IsMnist);
        Assert.Contains("not MNIST", data.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_as_large_as_mnists_that_hold_something_else_are_used_and_not_called_mnist()
    {
        byte[] pixels = new byte[60_000 * 784];
        for (int i = 0; i < 60_000; i++)
            BitConverter.TryWriteBytes(pixels.AsSpan(i * 784), i); // no two are equal
        IdxFile.Write(Path.Combine(_folder, "train-images-idx3-ubyte"), IdxArray.Create(pixels, 60_000, 28, 28));
        IdxFile.Write(Path.Combine(_folder, "train-labels-idx1-ubyte"), IdxArray.Create(new byte[60_000], 60_000));
        IdxFile.Write(Path.Combine(_folder, "t10k-images-idx3-ubyte"), IdxArray.Create(new byte[10_000 * 784], 10_000, 28, 28));
        IdxFile.Write(Path.Combine(_folder, "t10k-labels-idx1-ubyte"), IdxArray.Create(new byte[10_000], 10_000));
        ImageData data = await Mnist.LoadAsync(new DataOptions { Directory = _folder });
        Assert.Equal((50_000, 10_000, 10_000), (data.Training.Count, data.Validation.Count, data.Test.Count));
        Assert.False(data.IsMnist);
        Assert.Equal($"the images in {_folder} (not MNIST)", data.Name);
        Assert.Equal("train-images-idx3-ubyte holds something else", data.DiffersFromMnist);
    }

    [Fact]
    public async Task Mnist_with_one_label_changed_is_not_mnist_and_says_which_file_differs()
    {
        ImageData mnist = await TestData.MnistAsync();
        byte[] labels = mnist.Test.Labels.ToArray();
        labels[9999] = (byte)((labels[9999] + 1) % 10);
        WriteMnist(mnist, labels);
        ImageData changed = await Mnist.LoadAsync(new DataOptions { Directory = _folder });
        Assert.False(changed.IsMnist);
        Assert.Equal("t10k-labels-idx1-ubyte holds something else", changed.DiffersFromMnist);
        WriteMnist(mnist, mnist.Test.Labels.ToArray());
        ImageData same = await Mnist.LoadAsync(new DataOptions { Directory = _folder });
        Assert.Equal((true, "MNIST"), (same.IsMnist, same.Name));
    }

    [Fact]
    public async Task A_given_folder_without_the_files_is_an_error_that_names_the_missing_one()
    {
        InklingException e =
            await Assert.ThrowsAsync<InklingException>(() => Mnist.LoadAsync(new DataOptions { Directory = _folder }));
        Assert.Contains("train-images-idx3-ubyte", e.Message, StringComparison.Ordinal);
        Assert.IsNotType<DataUnavailableException>(e);
    }

    [Fact]
    public async Task Labels_that_are_fewer_than_the_images_are_refused()
    {
        WriteImages(_folder, training: 12, test: 3);
        IdxFile.Write(Path.Combine(_folder, "train-labels-idx1-ubyte"), IdxArray.Create(new byte[11], 11));
        Assert.Contains("11 labels for the 12 images", await MessageOf("mnist"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_label_over_9_is_refused_with_its_place()
    {
        WriteImages(_folder, training: 12, test: 3);
        byte[] labels = new byte[12];
        labels[7] = 10;
        IdxFile.Write(Path.Combine(_folder, "train-labels-idx1-ubyte"), IdxArray.Create(labels, 12));
        Assert.Contains("label 7 is 10", await MessageOf("mnist"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Emnists_images_are_turned_upright_and_its_letters_counted_from_0()
    {
        string folder = Path.Combine(_folder, "emnist-letters");
        byte[] image = new byte[28 * 28];
        image[5] = 200; // row 0, column 5 as stored: row 5, column 0 upright
        foreach (string part in new[] { "train", "test" })
        {
            IdxFile.Write(
                Path.Combine(folder, $"emnist-letters-{part}-images-idx3-ubyte.gz"),
                IdxArray.Create<byte>([.. image, .. image], 2, 28, 28),
                compress: true);
            IdxFile.Write(
                Path.Combine(folder, $"emnist-letters-{part}-labels-idx1-ubyte.gz"),
                IdxArray.Create<byte>([1, 26], 2),
                compress: true);
        }

        ImageData letters = await DataSets.Named("emnist-letters").LoadAsync(new DataOptions { Directory = _folder });
        Assert.Equal(200, letters.Test.Pixels(0)[5 * 28]);
        Assert.Equal([0, 25], letters.Test.Labels.ToArray());
        Assert.Equal(26, letters.Test.Classes);
    }

    [Fact]
    public async Task Qmnists_labels_are_the_first_column_of_eight()
    {
        string folder = Path.Combine(_folder, "qmnist");
        foreach (string part in new[] { "train", "test" })
        {
            IdxFile.Write(
                Path.Combine(folder, $"qmnist-{part}-images-idx3-ubyte"), IdxArray.Create(new byte[2 * 784], 2, 28, 28));
            IdxFile.Write(
                Path.Combine(folder, $"qmnist-{part}-labels-idx2-int"),
                IdxArray.Create<int>([7, 0, 0, 1, 2, 3, 4, 5, 3, 0, 0, 1, 2, 3, 4, 5], 2, 8));
        }

        Assert.Equal(
            [7, 3],
            (await DataSets.Named("qmnist").LoadAsync(new DataOptions { Directory = _folder })).Test.Labels.ToArray());
    }

    [Fact]
    public void Every_data_set_has_four_files_of_its_own_and_is_fetched_by_https_and_checked_by_its_length_and_sha_256()
    {
        Assert.Equal(DataSets.All.Count, DataSets.All.Select(set => set.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(DataSets.All, set =>
        {
            Assert.All(set.Mirrors, mirror => Assert.Equal(Uri.UriSchemeHttps, new Uri(mirror + "x").Scheme));
            Assert.NotEmpty(set.Mirrors);
            Assert.Equal(4, set.Files.All.Select(file => file.Name).Distinct(StringComparer.Ordinal).Count());
            foreach (DataFile file in set.Archive is { } archive ? [archive] : set.Files.All)
            {
                string path = Path.Combine(_folder, $"{set.Name} {file.Name}");
                byte[] wrong = new byte[Math.Min(file.Checksum!.MostBytes, 10_000)];
                File.WriteAllBytes(path, file.Checksum.IsOfContent ? Zip(wrong) : wrong);
                Assert.NotNull(file.Checksum.Verify(path));
            }
        });
    }

    [Fact]
    public void A_published_file_passes_its_checksum_and_one_with_a_bit_changed_does_not()
    {
        string file = TestData.File("mnist", "qmnist-train-labels-idx2-int.gz");
        Checksum published = DataSets.Named("qmnist").Files.TrainingLabels.Checksum!;
        Assert.Null(published.Verify(file));
        byte[] bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(_folder, "changed"), bytes);
        Assert.Equal("wrong checksum", published.Verify(Path.Combine(_folder, "changed")));
        File.WriteAllBytes(Path.Combine(_folder, "short"), bytes[..^1]);
        Assert.Equal("463,023 bytes, not 463,024", published.Verify(Path.Combine(_folder, "short")));
    }

    [Fact]
    public void A_download_that_unpacks_to_more_than_it_should_is_given_up_there()
    {
        string file = Path.Combine(_folder, "bomb.gz");
        File.WriteAllBytes(file, Zip(new byte[100_000]));
        Assert.Equal(
            "not the 60,008 bytes it should unpack to",
            DataSets.Named("mnist").Files.TrainingLabels.Checksum!.Verify(file));
        File.WriteAllBytes(file, Zip(new byte[60_008]));
        Assert.Equal("wrong checksum", DataSets.Named("mnist").Files.TrainingLabels.Checksum!.Verify(file));
    }

    private async Task<string> MessageOf(string set) =>
        (await Assert.ThrowsAsync<InklingException>(
            () => DataSets.Named(set).LoadAsync(new DataOptions { Directory = _folder }))).Message;

    private void WriteMnist(ImageData mnist, byte[] testLabels)
    {
        Write("train", [mnist.Training, mnist.Validation], [.. mnist.Training.Labels, .. mnist.Validation.Labels]);
        Write("t10k", [mnist.Test], testLabels);

        void Write(string part, LabelledImages[] images, byte[] labels)
        {
            byte[] pixels =
                [.. images.SelectMany(some => Enumerable.Range(0, some.Count).SelectMany(i => some.Pixels(i).ToArray()))];
            IdxFile.Write(Path.Combine(_folder, $"{part}-images-idx3-ubyte"), IdxArray.Create(pixels, labels.Length, 28, 28));
            IdxFile.Write(Path.Combine(_folder, $"{part}-labels-idx1-ubyte"), IdxArray.Create(labels, labels.Length));
        }
    }

    private static byte[] Zip(byte[] bytes)
    {
        MemoryStream zipped = new();
        using (GZipStream gzip = new(zipped, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return zipped.ToArray();
    }

    private static void WriteImages(string folder, int training, int test)
    {
        RandomStream random = new(seed: 2);
        foreach ((string part, int count) in new[] { ("train", training), ("t10k", test) })
        {
            IdxFile.Write(
                Path.Combine(folder, $"{part}-images-idx3-ubyte"),
                IdxArray.Create([.. Enumerable.Range(0, count * 784).Select(_ => (byte)random.NextInt32(256))], count, 28, 28));
            IdxFile.Write(
                Path.Combine(folder, $"{part}-labels-idx1-ubyte"),
                IdxArray.Create([.. Enumerable.Range(0, count).Select(_ => (byte)random.NextInt32(10))], count));
        }
    }
}
