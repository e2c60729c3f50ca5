using System.Buffers.Binary;

namespace Inkling.Imaging.Tests;

/// <summary>TIFF files that libtiff wrote: Inkling.Fuzz.Tests/Corpus/make_corpus.py.</summary>
public class TiffTests
{
    [Theory]
    [InlineData("grey", 0)]
    [InlineData("grey16", 1)]
    [InlineData("grey16-deflate", 1)]
    [InlineData("big-endian", 1)]
    [InlineData("tiled", 0)]
    [InlineData("planes", 0)]
    [InlineData("colour", 0)]
    [InlineData("rgba", 0)]
    [InlineData("palette", 0)]
    [InlineData("cmyk", 1)]
    [InlineData("jpeg", 4)]
    [InlineData("jpeg-grey", 4)]
    [InlineData("turned", 0)]
    public void Every_kind_of_TIFF_reads_to_the_same_greys(string name, int tolerance)
        => AssertWedge(PictureFile.Load(PathOf(name)), tolerance);

    [Theory]
    [InlineData("bilevel")]
    [InlineData("group3")]
    [InlineData("group4")]
    public void A_scan_or_fax_in_black_and_white_reads_to_black_and_white(string name)
    {
        GreyImage image = PictureFile.Load(PathOf(name));

        Assert.Equal((48, 32), (image.Width, image.Height));
        for (int y = 0; y < 32; y++)
        {
            for (int x = 0; x < 48; x++)
                Assert.Equal((x / 8 + y / 8) % 2 == 0 ? 255 : 0, image[y, x]);
        }
    }

    [Fact]
    public void Each_page_of_a_file_is_read_and_none_is_passed_over_in_silence()
    {
        PicturePages pages = PictureFile.LoadPages(PathOf("pages"));

        Assert.Equal(3, pages.Count);
        for (int page = 0; page < pages.Count; page++)
            AssertWedge(pages.Load(page), tolerance: 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => pages.Load(3));
        Assert.Contains("3 pages", Refusal(() => PictureFile.Load(PathOf("pages"))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_that_is_no_TIFF_is_one_page()
    {
        PicturePages pages = PictureFile.LoadPages(new MemoryStream(TestPictures.Bmp()), "bmp");

        Assert.Equal(1, pages.Count);
        AssertWedge(pages.Load(0), tolerance: 0);
    }

    [Fact]
    public void A_damaged_page_is_named_and_the_others_are_read()
    {
        byte[] file = File.ReadAllBytes(PathOf("pages"));
        int second = OffsetsOf(file)[1];
        file[Value(file, second, tag: 259)] = 99;

        PicturePages pages = PictureFile.LoadPages(new MemoryStream(file), "scan.tif");

        AssertWedge(pages.Load(0), tolerance: 1);
        AssertWedge(pages.Load(2), tolerance: 1);
        Assert.StartsWith(
            "scan.tif, page 2: TIFF compressed with method 99", Refusal(() => pages.Load(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_TIFF_that_is_cut_short_is_refused_and_named_wherever_it_was_cut()
    {
        foreach (string name in new[] { "grey", "jpeg", "planes", "tiled" })
        {
            byte[] file = File.ReadAllBytes(PathOf(name));
            for (int length = 8; length < file.Length - 1; length += 7)
            {
                string message = Refusal(() => PictureFile.Load(new MemoryStream(file[..length]), "scan.tif"));
                Assert.StartsWith("scan.tif", message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Sizes_that_a_small_file_only_claims_are_refused_before_memory_is_taken()
    {
        // Width, height, rows of a strip, tile width: each as large as the tag can say.
        foreach ((string name, int tag) in new[] { ("grey", 256), ("grey", 257), ("tiled", 256), ("tiled", 322), ("tiled", 323) })
        {
            byte[] file = File.ReadAllBytes(PathOf(name));
            int entry = Value(file, OffsetsOf(file)[0], tag) - 8;
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(entry + 2), 4); // LONG
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(entry + 8), 99_999_999);
            Refusal(() => PictureFile.Load(new MemoryStream(file), "scan.tif"));
        }
    }

    [Fact]
    public void Pages_that_form_a_circle_are_refused()
    {
        byte[] file = File.ReadAllBytes(PathOf("pages"));
        int last = OffsetsOf(file)[2], entries = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(last));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(last + 2 + 12 * entries), OffsetsOf(file)[0]);

        string message = Refusal(() => PictureFile.LoadPages(new MemoryStream(file), "scan.tif"));
        Assert.Contains("circle", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("%PDF-1.7\n", "a PDF document")]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0", "a HEIC picture")]
    [InlineData("\0\0\0\u0018ftypavif\0\0\0\0", "an AVIF picture")]
    [InlineData("II+\0\u0008\0\0\0\0\0\0\0\0\0\0\0", "a BigTIFF file")]
    public void A_format_that_is_not_read_is_called_by_its_name_and_one_learns_what_to_do(string beginning, string kind)
    {
        string message = Refusal(() => PictureFile.Load(new MemoryStream([.. beginning.Select(c => (byte)c)]), "scan"));

        Assert.StartsWith($"scan: {kind}, which is not read", message, StringComparison.Ordinal);
        Assert.Contains("Save it as", message, StringComparison.Ordinal);
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Tiff", $"{name}.tif");

    private static string Refusal(Action load) => Assert.Throws<InklingException>(load).Message;

    private static void AssertWedge(GreyImage image, int tolerance)
    {
        byte[] wedge = TestPictures.Wedge();
        Assert.Equal((TestPictures.Width, TestPictures.Height), (image.Width, image.Height));
        for (int i = 0; i < wedge.Length; i++)
            Assert.InRange(image.Pixels[i], wedge[i] - tolerance, wedge[i] + tolerance);
    }

    /// <summary>The offsets of a little-endian file's directories.</summary>
    private static List<int> OffsetsOf(byte[] file)
    {
        List<int> offsets = [];
        for (int at = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(4)); at != 0;)
        {
            offsets.Add(at);
            at = BinaryPrimitives.ReadInt32LittleEndian(
                file.AsSpan(at + 2 + 12 * BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at))));
        }

        return offsets;
    }

    /// <summary>The offset of a tag's value in a directory.</summary>
    private static int Value(byte[] file, int directory, int tag)
    {
        int entry = directory + 2;
        while (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(entry)) != tag)
            entry += 12;
        return entry + 8;
    }
}
