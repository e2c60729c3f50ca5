using System.Diagnostics;
using CsCheck;
using SkiaSharp;

namespace Inkling.Imaging.Tests;

public class RefusedPictureTests
{
    private static readonly byte[][] Files =
    [
        TestPictures.Encode(SKEncodedImageFormat.Png, TestPictures.Width, TestPictures.Height, TestPictures.Shade),
        TestPictures.Encode(SKEncodedImageFormat.Jpeg, TestPictures.Width, TestPictures.Height, TestPictures.Shade),
        TestPictures.Encode(SKEncodedImageFormat.Webp, TestPictures.Width, TestPictures.Height, TestPictures.Shade),
        TestPictures.Bmp(),
        TestPictures.Gif(),
    ];

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Equal("nowhere.png: there is no such file.", Refusal(() => PictureFile.Load("nowhere.png")));

    [Fact]
    public void A_path_of_nothing_is_a_missing_file() =>
        Assert.Contains("no such file", Refusal(() => PictureFile.Load("")), StringComparison.Ordinal);

    [Fact]
    public void A_folder_is_refused_as_one()
    {
        string folder = Directory.CreateTempSubdirectory("inkling-").FullName;
        Assert.Equal($"{folder}: a folder, not a picture.", Refusal(() => PictureFile.Load(folder)));
    }

    [Fact]
    public void An_empty_file_is_refused_as_empty() => Assert.Contains("empty", Refusal([]), StringComparison.Ordinal);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pipe_or_a_link_to_one_is_refused_without_waiting_for_somebody_to_write_to_it(bool isLink)
    {
        string program = Inkling.Tests.Tools.Require("mkfifo");
        string folder = Directory.CreateTempSubdirectory("inkling-").FullName, path = Path.Combine(folder, "pipe.png");
        using (Process mkfifo = Process.Start(program, [path]))
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (isLink)
            path = File.CreateSymbolicLink(Path.Combine(folder, "link.png"), path).FullName;

        // Should it wait after all, the test fails instead of waiting with it.
        string message = await Task.Run(() => Refusal(() => PictureFile.Load(path)), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        string kinds = OperatingSystem.IsLinux() ? "no regular" : "empty, or no regular";
        Assert.Equal(
            $"{path}: {kinds} file but a pipe, a socket or a device. "
                + "Name a file that has something in it, or give the picture as - (standard input).",
            message);
    }

    [Fact]
    public void A_device_without_an_end_is_refused_and_not_read()
    {
        if (!File.Exists("/dev/zero"))
            Assert.Skip("there are no devices among this system's files");
        Assert.Contains("a device", Refusal(() => PictureFile.Load("/dev/zero")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_picture_is_followed()
    {
        string folder = Directory.CreateTempSubdirectory("inkling-").FullName, path = Path.Combine(folder, "picture.png");
        File.WriteAllBytes(path, Files[0]);
        File.CreateSymbolicLink(Path.Combine(folder, "one.png"), path);
        File.CreateSymbolicLink(Path.Combine(folder, "two.png"), Path.Combine(folder, "one.png"));
        Assert.Equal(TestPictures.Wedge(), PictureFile.Load(Path.Combine(folder, "two.png")).Pixels.ToArray());
    }

    [Fact]
    public void A_text_with_the_name_of_a_picture_is_told_what_can_be_read()
    {
        string message = Refusal([.. "Dear diary, today I wrote 504192 by hand."u8]);
        Assert.Contains("PNG, JPEG, BMP, WebP, GIF and TIFF", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_a_picture_only_by_accident_are_refused()
    {
        // Two zeros, a width and a height are a whole WBMP.
        Assert.Contains("not a picture", Refusal([0, 0, 8, 1, 0xAA]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_picture_cut_in_half_is_refused(int format)
    {
        byte[] file = Files[format];
        string message = Refusal(file[..(file.Length / 2)]);
        Assert.Matches("^picture: (cut short|damaged|not a picture)", message);
    }

    [Fact]
    public void A_picture_that_promises_too_many_pixels_is_refused_before_memory_is_taken()
    {
        // Its pixels would be 14 GB, and none of them are in the file: decoded, it would be refused for that.
        byte[] file = TestPictures.Png(60_000, 60_000, 8, 6, []);
        Assert.Contains("60000×60000", Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_never_ends_is_refused()
    {
        using EndlessStream endless = new();
        Assert.Contains("100 MB", Refusal(() => PictureFile.Load(endless, "picture")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_picture_is_a_picture_or_one_clear_line_and_never_a_crash()
    {
        var damage = Gen.Select(Gen.Int[0, Files.Length - 1], Gen.Int[0, 40_000].Array[0, 8], Gen.Int[0, 1 << 20]);
        damage.Sample(
            (format, bits, length) =>
            {
                byte[] file = [.. Files[format]];
                foreach (int bit in bits)
                    file[bit / 8 % file.Length] ^= (byte)(1 << (bit % 8));
                // Half of them are cut as well.
                byte[] given = length % 2 == 0 ? file : file[..(length % file.Length)];
                try
                {
                    GreyImage image = PictureFile.Load(new MemoryStream(given), "picture");
                    return image.Pixels.Length is > 0 and <= PictureFile.MaxPixelsOut;
                }
                catch (InklingException e)
                {
                    return e.Message.StartsWith("picture: ", StringComparison.Ordinal)
                        && !e.Message.Contains('\n', StringComparison.Ordinal);
                }
            },
            iter: 2000);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    public void A_huge_picture_comes_out_reduced_and_otherwise_the_same(SKEncodedImageFormat format)
    {
        using SKBitmap huge = new(5200, 3900, SKColorType.Gray8, SKAlphaType.Opaque);
        huge.Erase(SKColors.White);
        huge.Erase(SKColors.Black, SKRectI.Create(0, 0, 2600, 3900));
        using SKData file = huge.Encode(format, 90);

        GreyImage image = PictureFile.Load(file.AsStream(), "huge");

        Assert.InRange(image.Pixels.Length, 1_000_000, PictureFile.MaxPixelsOut);
        Assert.Equal(5200.0 / image.Width, image.Reduction, 0.01);
        Assert.Equal(5200.0 / 3900, (double)image.Width / image.Height, 0.002);
        Assert.InRange(image[image.Height / 2, image.Width * 49 / 100], 0, 2);
        Assert.InRange(image[image.Height / 2, image.Width * 51 / 100], 253, 255);
    }

    [Fact]
    public void A_huge_drawing_on_nothing_comes_out_as_a_small_one_does()
    {
        using SKBitmap huge = new(5200, 3900, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        huge.Erase(SKColors.Transparent);
        huge.Erase(SKColors.Black, SKRectI.Create(0, 0, 2600, 3900));
        using SKData file = huge.Encode(SKEncodedImageFormat.Png, 90);

        GreyImage image = PictureFile.Load(file.AsStream(), "huge");

        Assert.Equal((2600, 1950, 2), (image.Width, image.Height, image.Reduction));
        Assert.Equal(0, image[image.Height / 2, (image.Width / 2) - 1]);
        Assert.Equal(255, image[image.Height / 2, image.Width / 2]);
    }

    [Fact]
    public void The_most_pixels_may_be_set_and_are_told()
    {
        byte[] file = TestPictures.Encode(SKEncodedImageFormat.Png, 60, 40, (_, _) => (byte)255);
        Assert.Equal(
            "picture: 60×40 pixels; a picture may have up to 0.002 million. Reduce it.",
            Refusal(() => PictureFile.Load(new MemoryStream(file), "picture", maxPixels: 2000)));
        Assert.Equal(60, PictureFile.Load(new MemoryStream(file), "picture", maxPixels: 2400).Width);
        Assert.Throws<ArgumentOutOfRangeException>(() => PictureFile.Load(new MemoryStream(file), "picture", maxPixels: 0));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg, true)]
    [InlineData(SKEncodedImageFormat.Webp, true)]
    [InlineData(SKEncodedImageFormat.Png, false)]
    public void Little_memory_is_enough_for_a_photograph_that_is_reduced_as_it_is_decoded(
        SKEncodedImageFormat format, bool isEnough)
    {
        using SKBitmap photograph = new(4000, 2000, SKColorType.Rgba8888, SKAlphaType.Opaque);
        photograph.Erase(SKColors.SeaShell);
        using SKData data = photograph.Encode(format, 80);
        byte[] file = data.ToArray();
        if (isEnough)
            Assert.InRange(Load(file).Width, 1000, 1600);
        else
            Assert.Contains("up to 2 million", Refusal(() => Load(file)), StringComparison.Ordinal);

        static GreyImage Load(byte[] file) =>
            PictureFile.LoadPages(new MemoryStream(file), "picture", mostPixels: 10_000_000, mostHeld: 2_000_000).Load(0);
    }

    [Fact]
    public void A_photograph_that_is_held_whole_as_it_is_decoded_counts_with_all_its_pixels()
    {
        byte[] jpeg = TestPictures.Encode(
            SKEncodedImageFormat.Jpeg, 64, 64, (x, y) => new SKColor((byte)(3 * x), (byte)(3 * y), 0));
        byte[] progressive = [.. jpeg], apart = [.. jpeg];
        int frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]),
            scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        progressive[frame + 1] = 0xC2;
        apart[scan + 4] = 1; // components come one after the other
        Assert.Equal(3, jpeg[scan + 4]);
        Assert.True(PictureFile.IsReducedByRows(SKEncodedImageFormat.Jpeg, jpeg));
        Assert.False(PictureFile.IsReducedByRows(SKEncodedImageFormat.Jpeg, progressive));
        Assert.False(PictureFile.IsReducedByRows(SKEncodedImageFormat.Jpeg, apart));
        Assert.False(PictureFile.IsReducedByRows(SKEncodedImageFormat.Jpeg, jpeg.AsSpan(0, 40)));
        byte[] webp = TestPictures.Encode(SKEncodedImageFormat.Webp, 64, 64, TestPictures.Shade);
        Assert.True(PictureFile.IsReducedByRows(SKEncodedImageFormat.Webp, webp[..12].Concat("VP8 "u8.ToArray()).ToArray()));
        Assert.False(PictureFile.IsReducedByRows(SKEncodedImageFormat.Webp, [.. "RIFF    WEBPVP8L"u8]));
    }

    [Fact]
    public void Of_a_moving_picture_the_first_frame_is_read()
    {
        byte[] gif = TestPictures.Gif();
        byte[] frame = gif[(13 + 128 * 3)..^1];
        GreyImage image = PictureFile.Load(
            new MemoryStream([.. gif[..^1], .. Enumerable.Repeat(frame, 200).SelectMany(f => f), (byte)';']), "moving");
        Assert.Equal(PictureFile.Load(new MemoryStream(gif), "still").Pixels.ToArray(), image.Pixels.ToArray());
    }

    [Fact]
    public void A_moving_picture_that_promises_a_huge_screen_is_refused_by_its_header()
    {
        byte[] gif = TestPictures.Gif();
        (gif[6], gif[7], gif[8], gif[9]) = (0xFF, 0xFF, 0xFF, 0xFF);
        Assert.Contains("65535×65535", Refusal(gif), StringComparison.Ordinal);
    }

    private static string Refusal(byte[] file) => Refusal(() => PictureFile.Load(new MemoryStream(file), "picture"));

    private static string Refusal(Func<GreyImage> load)
    {
        string message = Assert.Throws<InklingException>(load).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override int Read(Span<byte> buffer) => buffer.Length;
    }
}
