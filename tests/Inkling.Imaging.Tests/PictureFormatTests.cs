using System.Buffers.Binary;
using SkiaSharp;

namespace Inkling.Imaging.Tests;

public class PictureFormatTests
{
    public static TheoryData<string, byte[], int> Wedges()
    {
        byte[] wedge = TestPictures.Wedge();
        byte[] deep = new byte[2 * wedge.Length];
        for (int i = 0; i < wedge.Length; i++)
            BinaryPrimitives.WriteUInt16BigEndian(deep.AsSpan(2 * i), (ushort)(257 * wedge[i]));
        byte[] greyPalette = [.. Enumerable.Range(0, 256).SelectMany(i => new[] { (byte)i, (byte)i, (byte)i })];
        const int W = TestPictures.Width, H = TestPictures.Height;
        return new()
        {
            { "PNG in colours", TestPictures.Encode(SKEncodedImageFormat.Png, W, H, TestPictures.Shade), 0 },
            { "PNG in grey", TestPictures.Png(W, H, 8, 0, wedge), 0 },
            { "PNG in grey of 16 bits", TestPictures.Png(W, H, 16, 0, deep), 1 },
            { "PNG with a palette", TestPictures.Png(W, H, 8, 3, wedge, greyPalette), 0 },
            {
                "PNG in grey with alpha",
                TestPictures.Png(W, H, 8, 4, [.. wedge.SelectMany(shade => new byte[] { shade, 255 })]),
                0
            },
            { "JPEG", TestPictures.Encode(SKEncodedImageFormat.Jpeg, W, H, TestPictures.Shade), 3 },
            { "WebP", TestPictures.Encode(SKEncodedImageFormat.Webp, W, H, TestPictures.Shade), 3 },
            { "BMP", TestPictures.Bmp(), 0 },
            { "GIF", TestPictures.Gif(), 1 },
        };
    }

    [Theory]
    [MemberData(nameof(Wedges))]
    public void Each_format_reads_to_the_same_greys(string format, byte[] file, int tolerance)
    {
        GreyImage image = PictureFile.Load(new MemoryStream(file), format);

        Assert.Equal((TestPictures.Width, TestPictures.Height), (image.Width, image.Height));
        byte[] wedge = TestPictures.Wedge();
        for (int i = 0; i < wedge.Length; i++)
            Assert.InRange(image.Pixels[i], wedge[i] - tolerance, wedge[i] + tolerance);
    }

    [Fact]
    public void Colours_become_as_light_as_they_look()
    {
        SKColor[] colours = [SKColors.Red, SKColors.Lime, SKColors.Blue, SKColors.White];
        byte[] file = TestPictures.Encode(SKEncodedImageFormat.Png, 4, 1, (x, _) => colours[x]);

        GreyImage image = PictureFile.Load(new MemoryStream(file), "colours");

        Assert.Equal([54, 182, 18, 255], image.Pixels.ToArray()); // Rec. 709
    }

    [Fact]
    public void A_path_and_a_stream_that_cannot_seek_give_the_same_picture()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("inkling-").FullName, "wedge.with-any-name");
        File.WriteAllBytes(path, TestPictures.Bmp());
        using Pipe pipe = new(TestPictures.Bmp());

        Assert.Equal(PictureFile.Load(path).Pixels.ToArray(), PictureFile.Load(pipe, "pipe").Pixels.ToArray());
    }

    [Fact]
    public void Ink_drawn_on_nothing_lies_on_paper_of_the_other_shade()
    {
        GreyImage dark = Load((x, _) => x == 3 ? new SKColor(20, 20, 60) : SKColors.Transparent);
        GreyImage light = Load((x, _) => x == 3 ? new SKColor(250, 250, 230) : SKColors.Transparent);

        Assert.InRange(dark[0, 3], 15, 30);
        Assert.Equal(255, dark[0, 0]);
        Assert.InRange(light[0, 3], 240, 255);
        Assert.Equal(0, light[0, 0]);
    }

    [Fact]
    public void Half_transparent_ink_is_half_as_dark()
    {
        GreyImage image = Load((x, _) => x == 3 ? new SKColor(0, 0, 0, 128) : SKColors.Transparent);

        Assert.InRange(image[0, 3], 125, 129);
    }

    [Fact]
    public void Rounded_corners_of_a_note_become_like_its_paper()
    {
        GreyImage note = Load((x, y) => (x, y) == (0, 0) ? SKColors.Transparent : x == 4 ? SKColors.Black : SKColors.White);

        Assert.Equal(255, note[0, 0]);
        Assert.Equal(0, note[0, 4]);
    }

    [Fact]
    public void A_wholly_transparent_picture_is_blank_paper()
    {
        Assert.All(Load((_, _) => SKColors.Transparent).Pixels.ToArray(), shade => Assert.Equal(255, shade));
    }

    [Theory]
    [InlineData(1, "ab/cd")]
    [InlineData(2, "ba/dc")]
    [InlineData(3, "dc/ba")]
    [InlineData(4, "cd/ab")]
    [InlineData(5, "ac/bd")]
    [InlineData(6, "ca/db")]
    [InlineData(7, "db/ca")]
    [InlineData(8, "bd/ac")]
    public void A_photo_stands_upright_however_the_camera_was_held(byte orientation, string quarters)
    {
        // In the file, the quarters a and b lie over c and d.
        byte[] jpeg = TestPictures.Encode(SKEncodedImageFormat.Jpeg, 64, 32, (x, y) => (byte)(60 * (x / 32 + 2 * (y / 16))));

        GreyImage image = PictureFile.Load(new MemoryStream(TestPictures.WithOrientation(jpeg, orientation)), "photo");

        Assert.Equal(orientation <= 4 ? (64, 32) : (32, 64), (image.Width, image.Height));
        char At(int row, int column) => (char)('a' + (image[row * image.Height / 4, column * image.Width / 4] + 30) / 60);
        Assert.Equal(quarters, $"{At(1, 1)}{At(1, 3)}/{At(3, 1)}{At(3, 3)}");
    }

    private static GreyImage Load(Func<int, int, SKColor> colour) =>
        PictureFile.Load(new MemoryStream(TestPictures.Encode(SKEncodedImageFormat.Png, 9, 9, colour)), "drawing");

    /// <summary>Bytes that come a few at a time and but once, as from standard input.</summary>
    private sealed class Pipe(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 7)]);
    }
}
