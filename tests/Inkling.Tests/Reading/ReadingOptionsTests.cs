namespace Inkling.Tests.Reading;

public class ReadingOptionsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(101)]
    [InlineData(int.MaxValue)]
    public void A_number_of_digits_that_no_number_has_is_refused(int digits) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReadingOptions { ExpectedDigits = digits });

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_confidence_that_is_none_is_refused(double unsureBelow) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReadingOptions { UnsureBelow = unsureBelow });

    [Fact]
    public void What_the_bounds_allow_is_taken()
    {
        Assert.Null(new ReadingOptions().ExpectedDigits);
        Assert.Equal(100, new ReadingOptions { ExpectedDigits = 100, UnsureBelow = 1 }.ExpectedDigits);
        Assert.Equal(100, NumberPattern.Parse(new string('d', 100)).Digits);
    }

    [Theory]
    [InlineData(101, 0)]
    [InlineData(1, 1000)]
    [InlineData(0, 5_000_000)]
    public void A_pattern_that_is_too_long_is_refused_in_one_short_line(int digits, int others)
    {
        string pattern = new string('d', digits) + new string('-', others);
        string message = Assert.Throws<FormatException>(() => NumberPattern.Parse(pattern)).Message;
        Assert.Contains("at most", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 1, 300);
    }
}
