using CsCheck;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Tests.Reading;

/// <summary>
/// What a person who hands in a picture relies on. Numbers are written with generated digits, so that no data are needed.
/// </summary>
public sealed class DigitReaderTests
{
    private static readonly Gen<string> Numbers = Gen.Char['0', '9'].Array[2, 6].Select(digits => new string(digits));

    private readonly DigitReader _reader = DigitReader.Load();

    [Fact]
    public void A_number_is_read_with_a_box_a_confidence_and_runners_up_for_each_digit()
    {
        GreyImage picture = NumberPicture.Of("504192");
        ReadingResult reading = _reader.Read(picture);
        Assert.Equal("504192", reading.Text);
        Assert.False(reading.IsUnsure);
        ReadNumber number = Assert.Single(reading.Numbers);
        Assert.Equal([5, 0, 4, 1, 9, 2], number.Digits.Select(digit => digit.Digit));
        int right = 0;
        foreach (ReadDigit digit in number.Digits)
        {
            Assert.InRange(digit.Confidence, 0.5f, 1);
            Assert.Equal(1, digit.Confidences.Sum(), 1e-3);
            Assert.Equal(9, digit.RunnersUp.Count());
            PixelBox box = digit.Box;
            bool isInPlace = box.Left >= right - 10 && box.Right <= picture.Width && box.Height is > 40 and < 80;
            Assert.True(isInPlace, $"{digit.Digit}: {box}");
            Assert.Equal(28 * 28, digit.Glyph.Length);
            right = digit.Box.Right;
        }
    }

    [Fact]
    public void Clear_digits_are_read_without_loading_the_large_network()
    {
        DigitReader given = new(BundledModels.Load("best"));
        int without = 0;
        for (int digit = 0; digit < 10; digit++)
        {
            DigitReader reader = DigitReader.Load();
            GreyImage picture = NumberPicture.Of($"{digit}");
            Assert.Equal(given.Read(picture).Confidence, reader.Read(picture).Confidence);
            without += reader.IsDigitNetworkLoaded ? 0 : 1;
        }

        Assert.InRange(without, 1, 10);
    }

    [Fact]
    public void A_reader_that_loads_its_network_for_a_doubtful_number_reads_as_one_that_was_given_it()
    {
        DigitReader reader = DigitReader.Load("tiny"), given = new(BundledModels.Load("tiny"));
        GreyImage doubtful = NumberPicture.Of("8230 5731", seed: 5);
        Assert.Equal(given.Read(doubtful).Text, reader.Read(doubtful).Text);
        Assert.Equal(given.Read(doubtful).Confidence, reader.Read(doubtful).Confidence);
        Assert.True(reader.IsDigitNetworkLoaded);
    }

    [Fact]
    public void A_reader_asks_its_network_as_it_was_when_it_was_given()
    {
        Network network = BundledModels.Load("tiny");
        DigitReader reader = new(network);
        foreach (WeightedLayer layer in network.WeightedLayers)
            layer.SetWeights(new float[layer.Neurons * layer.Inputs]);
        GreyImage doubtful = NumberPicture.Of("8230 5731", seed: 5);
        Assert.Equal(DigitReader.Load("tiny").Read(doubtful).Confidence, reader.Read(doubtful).Confidence);
    }

    [Fact]
    public void A_reader_of_a_network_that_is_not_bundled_is_refused_at_once() =>
        Assert.Contains(
            "\"large\": best, tiny",
            Assert.Throws<InklingException>(() => DigitReader.Load("large")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Lines_are_read_from_the_top_and_numbers_on_a_line_from_the_left()
    {
        ReadingResult reading = _reader.Read(NumberPicture.Of("31 4159\n2718\n60 22", seed: 3));
        Assert.Equal("31 4159\n2718\n60 22", reading.Text);
        Assert.Equal(3, reading.Lines.Count);
    }

    [Fact]
    public void Points_are_no_digits_and_are_reported_as_separators()
    {
        ReadNumber number = Assert.Single(_reader.Read(NumberPicture.Of("12.50", seed: 2)).Numbers);
        Assert.Equal("1250", number.Text);
        ReadSeparator separator = Assert.Single(number.Separators);
        Assert.Equal(SeparatorKind.Point, separator.Kind);
        PixelBox point = separator.Box;
        Assert.InRange(point.Left, number.Digits[1].Box.Right - 4, number.Digits[2].Box.Left + 4);
    }

    [Fact]
    public void Digits_that_touch_are_cut_apart()
    {
        string[] numbers = ["28", "35", "606", "494", "8230", "5731"];
        int hands = 8, right = Enumerable.Range(0, hands * numbers.Length).Count(i =>
        {
            int n = i % numbers.Length, hand = i / numbers.Length;
            return _reader.Read(NumberPicture.Of(numbers[n], gap: -0.03, seed: n + 10 * hand)).Text == numbers[n];
        });
        Assert.True(right >= 38, $"{right} of {hands * numbers.Length}"); // measured: 40
    }

    [Fact]
    public void A_digit_in_two_pieces_side_by_side_is_one_where_one_is_expected()
    {
        int hands = 10, right = Enumerable.Range(0, 10 * hands).Count(i =>
        {
            GreyImage digit = NumberPicture.Of($"{i % 10}", seed: i);
            PixelBox box = _reader.Read(digit).Numbers.First().Box;
            int middle = box.Left + box.Width / 2;
            GreyImage torn = NumberPicture.Mapped(
                digit, digit.Width + 6, digit.Height, (x, y) => (x < middle ? x : x < middle + 6 ? 0 : x - 6, y));
            return _reader.Read(torn, new ReadingOptions { ExpectedDigits = 1 }).Text == $"{i % 10}";
        });
        Assert.True(right >= 82, $"{right} of {10 * hands}"); // measured: 90
    }

    [Fact]
    public void Blank_paper_around_the_digits_changes_nothing() =>
        Numbers.Select(Gen.Int[0, 150], Gen.Int[0, 150]).Sample((text, wide, high) =>
        {
            GreyImage picture = NumberPicture.Of(text);
            string expected = _reader.Read(picture).Text;
            GreyImage wider = NumberPicture.Mapped(
            picture, picture.Width + 2 * wide, picture.Height + 2 * high, (x, y) => (x - wide, y - high));
            Assert.Equal(expected, _reader.Read(wider).Text);
        }, iter: 12, seed: "0000KCK5gOu1", threads: 1);

    [Fact]
    public void Inverting_the_picture_changes_nothing() =>
        Numbers.Sample(text =>
        {
            GreyImage picture = NumberPicture.Of(text);
            byte[] pixels = [.. picture.Pixels.ToArray().Select(level => (byte)(255 - level))];
        GreyImage inverted = new(picture.Width, picture.Height, pixels);
            Assert.Equal(_reader.Read(picture).Text, _reader.Read(inverted).Text);
        }, iter: 12, seed: "0000KCK5gOu1", threads: 1);

    [Fact]
    public void Moderate_scaling_hardly_changes_anything()
    {
        int same = 0, all = 0;
        Numbers.Select(Gen.Double[0.6, 1.7]).Sample((text, scale) =>
        {
            GreyImage picture = NumberPicture.Of(text);
            int width = (int)(scale * picture.Width), height = (int)(scale * picture.Height);
        GreyImage scaled = NumberPicture.Mapped(picture, width, height, (x, y) => (x / scale, y / scale));
            all++;
            same += _reader.Read(picture).Text == _reader.Read(scaled).Text ? 1 : 0;
        }, iter: 20, seed: "0000KCK5gOu1", threads: 1);
        Assert.True(same >= all - 2, $"{same} of {all}"); // a digit on the border between two may tip over
    }

    [Fact]
    public void Small_rotations_hardly_change_anything()
    {
        int same = 0, all = 0;
        Numbers.Select(Gen.Double[-6, 6]).Sample((text, degrees) =>
        {
            GreyImage picture = NumberPicture.Of(text);
            double cos = Math.Cos(degrees * Math.PI / 180), sin = Math.Sin(degrees * Math.PI / 180);
            double cx = picture.Width / 2.0, cy = picture.Height / 2.0;
            GreyImage turned = NumberPicture.Mapped(picture, picture.Width, picture.Height, (x, y) =>
                (cx + cos * (x - cx) + sin * (y - cy), cy - sin * (x - cx) + cos * (y - cy)));
            all++;
            same += _reader.Read(picture).Text == _reader.Read(turned).Text ? 1 : 0;
        }, iter: 20, seed: "0000KCK5gOu1", threads: 1);
        Assert.True(same >= all - 3, $"{same} of {all}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(25)]
    public void On_blank_paper_and_in_noise_nothing_is_read(double noise)
    {
        RandomStream random = new(5);
        byte[] pixels = new byte[400 * 300];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)Math.Clamp(190 + noise * random.NextGaussian(), 0, 255);
        ReadingResult reading = _reader.Read(new GreyImage(400, 300, pixels));
        Assert.True(reading.Text.Length == 0 || reading.IsUnsure, reading.Text);
    }

    [Fact]
    public void A_drawing_of_a_cat_is_not_read_as_a_number()
    {
        ReadingResult reading = _reader.Read(Cat.Draw());
        Assert.True(reading.Text.Length == 0 || reading.IsUnsure, reading.Text);
    }

    [Fact]
    public void The_number_of_digits_that_is_expected_is_read()
    {
        GreyImage picture = NumberPicture.Of("18088", gap: -0.02, seed: 4);
        Assert.Equal(5, Assert.Single(_reader.Read(picture, new ReadingOptions { ExpectedDigits = 5 }).Numbers).Text.Length);
        Assert.Equal(4, Assert.Single(_reader.Read(picture, new ReadingOptions { ExpectedDigits = 4 }).Numbers).Text.Length);
    }

    [Fact]
    public void A_check_digit_chooses_among_the_runners_up()
    {
        GreyImage picture = NumberPicture.Of("79927398713", seed: 6);
        string free = _reader.Read(picture).Text;
        NumberPattern pattern = NumberPattern.Parse("ddddddddddd", digits => digits != free);
        ReadingResult other = _reader.Read(picture, new ReadingOptions { AllowedPattern = pattern });
        Assert.NotEqual(free, other.Text);
        Assert.Equal(11, other.Text.Length);
        Assert.True(other.Confidence < 0.5, "what does not fit the picture is not read with confidence");
    }

    [Fact]
    public void One_reader_serves_many_threads()
    {
        string[] numbers = [.. Enumerable.Range(0, 12).Select(i => FormattableString.Invariant($"{i * 7919 + 1234}"))];
        string[] oneByOne = [.. numbers.Select(number => _reader.Read(NumberPicture.Of(number)).Text)];
        ParallelQuery<string> atOnce = numbers.AsParallel().AsOrdered().WithDegreeOfParallelism(4);
        string[] together = [.. atOnce.Select(number => _reader.Read(NumberPicture.Of(number)).Text)];
        Assert.Equal(oneByOne, together);
    }

    [Fact]
    public void A_network_of_ones_own_is_asked_which_digit_it_is()
    {
        DigitReader own = new(BundledModels.Load("tiny"));
        Assert.Equal("504192", own.Read(NumberPicture.Of("504192")).Text);
        Assert.Throws<ArgumentException>(() => new DigitReader(new Network([100, 10])));
    }

    /// <summary>A cat, drawn with a pen.</summary>
    private static class Cat
    {
        public static GreyImage Draw()
        {
            const int width = 420, height = 360;
            double[] ink = new double[width * height];
            Circle(210, 190, 110);
            Line(125, 120, 130, 40);
            Line(130, 40, 190, 85);
            Line(230, 85, 290, 40);
            Line(290, 40, 296, 120);
            Circle(170, 170, 16);
            Circle(250, 170, 16);
            Line(200, 215, 220, 215);
            Line(210, 215, 210, 240);
            Line(210, 240, 180, 255);
            Line(210, 240, 240, 255);
            foreach (int side in new[] { -1, 1 })
            {
                for (int i = -1; i <= 1; i++)
                    Line(210 + side * 50, 225 + 8 * i, 210 + side * 170, 220 + 26 * i);
            }

            return new GreyImage(width, height, [.. ink.Select(value => (byte)(230 - 190 * value))]);

            void Circle(double cx, double cy, double radius)
            {
                for (int i = 0; i < ink.Length; i++)
                    Mark(i, Math.Abs(Math.Sqrt(Math.Pow(i % width - cx, 2) + Math.Pow(i / width - cy, 2)) - radius));
            }

            void Line(double x0, double y0, double x1, double y1)
            {
                double dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy;
                for (int i = 0; i < ink.Length; i++)
                {
                    double t = Math.Clamp(((i % width - x0) * dx + (i / width - y0) * dy) / square, 0, 1);
                    Mark(i, Math.Sqrt(Math.Pow(i % width - x0 - t * dx, 2) + Math.Pow(i / width - y0 - t * dy, 2)));
                }
            }

            void Mark(int i, double distance) => ink[i] = Math.Max(ink[i], Math.Clamp(3.5 - distance, 0, 1));
        }
    }
}
