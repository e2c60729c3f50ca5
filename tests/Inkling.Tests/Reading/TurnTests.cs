namespace Inkling.Tests.Reading;

/// <summary>Photographs on their side or upside down: read, said so, and boxes in the photograph as it is.</summary>
public sealed class TurnTests
{
    private readonly DigitReader _reader = DigitReader.Load();

    [Theory]
    [InlineData(90, 1)]
    [InlineData(180, 2)]
    [InlineData(180, 3)]
    [InlineData(270, 1)]
    public void A_number_on_its_side_is_read_and_its_boxes_are_where_it_is(int degrees, int seed)
    {
        GreyImage upright = NumberPicture.Of("504192", seed: seed);
        GreyImage turned = Turned(upright, degrees);
        ReadingResult expected = Read(upright), reading = Read(turned);
        Assert.Equal(expected.Text, reading.Text);
        Assert.Equal(0, expected.Turn);
        Assert.Equal(360 - degrees, reading.Turn);
        PixelBox[] boxes = [.. expected.Digits.Select(digit => Turned(digit.Box, upright, degrees))];
        Assert.Equal(boxes, reading.Digits.Select(digit => digit.Box));
    }

    [Fact]
    public void A_page_on_its_side_is_read_line_by_line()
    {
        GreyImage page = NumberPicture.Of("504192\n738\n2645");
        Assert.Equal(Read(page).Text, Read(Turned(page, 90)).Text);
    }

    [Theory]
    [InlineData("6")]
    [InlineData("9")]
    [InlineData("68089")]
    [InlineData("21500")]
    [InlineData("6000")]
    [InlineData("1\n2\n3\n4")]
    public void What_stands_upright_is_not_turned(string text)
    {
        for (int seed = 1; seed <= 5; seed++)
            Assert.Equal(0, Read(NumberPicture.Of(text, seed: seed)).Turn);
    }

    [Fact]
    public void A_picture_that_is_known_to_be_one_digit_is_not_turned()
    {
        ReadingOptions one = new() { ExpectedDigits = 1 };
        GreyImage turned = Turned(NumberPicture.Of("504192"), 90);
        Assert.Equal(0, _reader.Read(turned, one, TestContext.Current.CancellationToken).Turn);
    }

    private ReadingResult Read(GreyImage picture) => _reader.Read(picture, null, TestContext.Current.CancellationToken);

    /// <summary>The picture turned clockwise, pixel by pixel.</summary>
    private static GreyImage Turned(GreyImage picture, int degrees)
    {
        if (degrees == 0)
            return picture;
        (int width, int height) = (picture.Height, picture.Width);
        byte[] pixels = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
                pixels[y * width + x] = picture.Pixels[(picture.Height - 1 - x) * picture.Width + y];
        }

        return Turned(new GreyImage(width, height, pixels), degrees - 90);
    }

    private static PixelBox Turned(PixelBox box, GreyImage picture, int degrees) => degrees switch
    {
        90 => new(picture.Height - box.Bottom, box.Left, box.Height, box.Width),
        180 => new(picture.Width - box.Right, picture.Height - box.Bottom, box.Width, box.Height),
        _ => new(box.Top, picture.Width - box.Right, box.Height, box.Width),
    };
}
