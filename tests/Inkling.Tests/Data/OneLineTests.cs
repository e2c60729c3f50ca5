namespace Inkling.Tests.Data;

/// <summary>
/// Errors quote files' contents and names and are printed to a terminal, so they must be one line without control characters.
/// </summary>
public sealed class OneLineTests
{
    [Theory]
    [InlineData("a.onnx: \u001b[2J\u001b]0;title\u0007 is wrong.", @"a.onnx: \u001B[2J\u001B]0;title\u0007 is wrong.")]
    [InlineData("first\nforged: all is well\r\nthird\u2028fourth\tfifth", "first forged: all is well third fourth fifth")]
    [InlineData("gnp.\u202Egpj", @"gnp.\u202Egpj")]
    [InlineData("\u009b31m\u007f\ufeff", @"\u009B31m\u007F\uFEFF")]
    [InlineData("größe 数字 👩\u200d👧 naïve", "größe 数字 👩\u200d👧 naïve")]
    public void What_an_error_quotes_cannot_break_its_line_or_command_the_terminal(string message, string expected)
    {
        Assert.Equal(expected, new InklingException(message).Message);
        Assert.Equal(expected, new DataUnavailableException(message, innerException: null).Message);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_character() =>
        Assert.Equal("half a pair: \ufffd.", new InklingException("half a pair: \ud800.").Message);

    [Fact]
    public void An_error_of_thirty_megabytes_is_cut_and_keeps_what_it_is_about_and_what_to_do()
    {
        string message =
            new InklingException($"net.onnx: tensor {new string('\u001b', 30_000_000)} is wrong. Export it again.").Message;
        Assert.Equal(1500, message.Length);
        Assert.StartsWith(@"net.onnx: tensor \u001B\u001B", message, StringComparison.Ordinal);
        Assert.EndsWith(" is wrong. Export it again.", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void Where_an_error_is_cut_no_character_is_parted()
    {
        for (int before = 0; before < 4; before++)
        {
            string text =
                $"{new string('a', before)}{string.Concat(Enumerable.Repeat("\U0001F600", 2000))}{new string('z', before / 2)}",
                cut = OneLine.Of(text, 100);
            Assert.InRange(cut.Length, 97, 100);
            Assert.DoesNotContain(cut.EnumerateRunes(), rune => rune == System.Text.Rune.ReplacementChar);
        }

        // Escaping makes control characters longer, so a text that fitted at first is cut a second time.
        string longer = OneLine.Of($"\u0001{string.Concat(Enumerable.Repeat("\U0001F600", 48))}", 100);
        Assert.DoesNotContain(longer.EnumerateRunes(), rune => rune == System.Text.Rune.ReplacementChar);
    }

    [Fact]
    public void A_plain_error_stays_as_it_is()
        => Assert.Equal("a.png: cut short.", new InklingException("a.png: cut short.").Message);
}
