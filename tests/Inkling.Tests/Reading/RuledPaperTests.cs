namespace Inkling.Tests.Reading;

/// <summary>What a person relies on who writes on ruled or squared paper, or into a form. The lines are drawn here.</summary>
public sealed class RuledPaperTests
{
    private const int Height = 60;

    private readonly DigitReader _reader = DigitReader.Load();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_number_in_a_frame_that_stands_free_is_read_without_its_sides(int pen)
    {
        GreyImage number = NumberPicture.Of("2638");
        Assert.Equal("2638", Read(Drawn(number, NumberPicture.Pen, (x, y) =>
        {
            bool isInside = x >= 20 && x < number.Width - 20 && y >= 25 && y < number.Height - 25;
            bool isFree = x >= 20 + pen && x < number.Width - 20 - pen && y >= 25 + pen && y < number.Height - 25 - pen;
            return isInside && !isFree;
        })));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(-2)]
    public void Digits_in_a_box_each_are_read_without_the_boxes_even_where_they_touch_them(int below)
    {
        const int pen = 3, width = 2 * Height, left = Height / 4, right = width - left, top = Height * 3 / 4;
        int bottom = 2 * Height + below;
        GreyImage[] digits = [.. "26384".Select(digit => NumberPicture.Of($"{digit}"))];
        byte[] pixels = new byte[digits.Length * width * digits[0].Height];
        for (int i = 0; i < pixels.Length; i++)
        {
            (int y, int x) = Math.DivRem(i, digits.Length * width);
            pixels[i] = digits[x / width].Pixels[y * digits[x / width].Width + x % width + Height / 2];
        }

        GreyImage row = new(digits.Length * width, digits[0].Height, pixels);
        GreyImage boxes = Drawn(row, 110, (x, y) =>
        {
            int u = x % width;
            bool isInside = u >= left && u < right && y >= top && y < bottom;
            return isInside && (u < left + pen || u >= right - pen || y < top + pen || y >= bottom - pen);
        });
        Assert.Equal("26384", Read(boxes));
    }

    [Fact]
    public void Digits_that_stand_on_the_thick_border_of_a_table_s_cell_are_read_without_it()
    {
        const int top = Height * 3 / 4, bottom = Height * 9 / 4, border = 2 * Height - 2;
        GreyImage number = NumberPicture.Of("2638");
        GreyImage cell = Drawn(number, NumberPicture.Pen, (_, y) => y >= border && y < border + 8);
        byte[] pixels = cell.Pixels[(top * cell.Width)..(bottom * cell.Width)].ToArray();
        Assert.Equal("2638", Read(new GreyImage(cell.Width, bottom - top, pixels)));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(1, 0.7)]
    [InlineData(2, 0.7)]
    public void The_walls_and_ticks_of_a_comb_are_not_ones(int pen, double open)
    {
        GreyImage number = NumberPicture.Of("52959", gap: 0.45);
        const int first = Height * 4 / 5, cell = Height * 5 / 4, top = Height * 3 / 4, bottom = Height * 9 / 4;
        int last = first + (number.Width - 2 * first) / cell * cell;
        int wallTop = (int)(top + open * (bottom - top));
        GreyImage free = Drawn(number, NumberPicture.Pen, (x, y) =>
        {
            if (x < first || x >= last + pen || y < top || y >= bottom + pen)
                return false;
            bool isLevel = y >= bottom || (open == 0 && y < top + pen);
            bool isWall = y >= wallTop && (x - first) % cell < pen && IsPaper(number, x, y);
            return isLevel || isWall;
        });
        Assert.Equal("52959", Read(free));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_number_on_a_ruled_page_in_portrait_is_read_where_it_touches_a_rule(int pen)
    {
        GreyImage page = OnPage(NumberPicture.Of("2638"), 700, 1000);
        // The digits' lower edge is at 200 + 2 * Height.
        Assert.Equal("2638", Read(Drawn(page, 90, (_, y) => (y - 200 - 2 * Height + 1 + 10 * Height) % Height < pen)));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(47)]
    [InlineData(64)]
    public void A_number_on_squared_paper_is_read_without_the_squares(int square)
    {
        GreyImage number = NumberPicture.Of("30443");
        Assert.Equal("30443", Read(Drawn(number, 150, (x, y) => (x + 7) % square < 2 || (y + 5) % square < 2)));
    }

    [Fact]
    public void Long_thin_strokes_of_a_digit_that_fills_the_picture_are_no_rules()
    {
        const int width = 500, height = 400;
        GreyImage blank = new(width, height, [.. Enumerable.Repeat((byte)255, width * height)]);
        // A 7 of straight lines two pixels thick.
        GreyImage seven = Drawn(blank, 0, (x, y) =>
            (y is 80 or 81 && x is >= 160 and < 320) || (y is >= 80 and < 330 && Math.Abs(x - 320 + (y - 80) * 2 / 5) < 2));
        Assert.Equal("7", Read(seven));
    }

    private string Read(GreyImage picture) => _reader.Read(picture, null, TestContext.Current.CancellationToken).Text;

    private static bool IsPaper(GreyImage picture, int x, int y) =>
        picture.Pixels[y * picture.Width + x] > (NumberPicture.Paper + NumberPicture.Pen) / 2;

    /// <summary>A picture with lines drawn over its paper, not over darker ink.</summary>
    private static GreyImage Drawn(GreyImage picture, int level, Func<int, int, bool> isLine)
    {
        byte[] pixels = picture.Pixels.ToArray();
        for (int i = 0; i < pixels.Length; i++)
        {
            if (isLine(i % picture.Width, i / picture.Width))
                pixels[i] = (byte)Math.Min((int)pixels[i], level);
        }

        return new GreyImage(picture.Width, picture.Height, pixels);
    }

    /// <summary>A picture on a larger page, 100 pixels from its left and 200 from its upper edge.</summary>
    private static GreyImage OnPage(GreyImage picture, int width, int height)
    {
        byte[] pixels = new byte[width * height];
        Array.Fill(pixels, (byte)NumberPicture.Paper);
        for (int y = 0; y < picture.Height; y++)
            picture.Pixels.Slice(y * picture.Width, picture.Width).CopyTo(pixels.AsSpan((200 + y) * width + 100));
        return new GreyImage(width, height, pixels);
    }
}
