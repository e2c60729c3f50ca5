namespace Inkling.Tests.Reading;

public class NumberPatternTests
{
    [Theory]
    [InlineData("dddddd", "504192", true)]
    [InlineData("dddddd", "50419", false)]
    [InlineData("dd/dd/dddd", "24112026", true)]
    [InlineData("20dd", "2026", true)]
    [InlineData("20dd", "1926", false)]
    public void A_pattern_says_how_many_digits_there_are_and_which_are_known(string pattern, string digits, bool fits) =>
        Assert.Equal(fits, NumberPattern.Parse(pattern).Fits(digits));

    [Theory]
    [InlineData("4539578763621486", true)]
    [InlineData("4539578763621487", false)]
    [InlineData("79927398713", true)]
    public void A_rule_may_be_a_check_digit(string digits, bool fits)
    {
        NumberPattern pattern = NumberPattern.Parse(new string('d', digits.Length), NumberPattern.Luhn);
        Assert.Equal(fits, pattern.Fits(digits));
    }

    [Theory]
    [InlineData("dd/mm/yyyy")]
    [InlineData("DD/DD")]
    public void A_letter_that_stands_for_nothing_is_refused_with_what_to_write(string text)
    {
        string message = Assert.Throws<FormatException>(() => NumberPattern.Parse(text)).Message;
        Assert.Contains("write d for each digit", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--")]
    public void A_pattern_without_a_place_for_a_digit_is_refused_in_words(string text)
    {
        string message = Assert.Throws<FormatException>(() => NumberPattern.Parse(text)).Message;
        Assert.Contains("write d for each digit", message, StringComparison.Ordinal);
    }
}
