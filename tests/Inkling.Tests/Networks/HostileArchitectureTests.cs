using System.Text;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Tests.Networks;

/// <summary>
/// A text that describes an impossible network is refused with a one-line error, before any memory is allocated for it.
/// </summary>
public class HostileArchitectureTests
{
    [Theory]
    [InlineData("0x28x28 dense:10", "An architecture begins with its input's shape")]
    [InlineData("1x0x28 dense:10", "An architecture begins with its input's shape")]
    [InlineData("2147483647x2147483647x2147483647 gap dense:10", "too large")]
    [InlineData("1x65536x65536 conv:1:1x1 gap dense:10", "too large")]
    [InlineData("1x16384x16384 conv:1:1x1 gap dense:10", "too large")] // each pixel is padded to a whole vector
    [InlineData("1x8000x8000 conv:1:1x1 gap dense:10", "too large")]
    [InlineData("1x100x100 conv:1:20000x20000:pad19999 gap dense:10", "too large")] // its zero padding
    [InlineData("1x28x28 conv:2147483647:2147483647x2147483647:pad2147483646 gap dense:10", "too large")]
    [InlineData("1x28x28 conv:8:29x29 flatten dense:10", "larger than its input")]
    [InlineData("1x28x28 conv:8:3x3:stride0 flatten dense:10", "stride of at least 1")]
    [InlineData("1x28x28 maxpool:2147483647 flatten dense:10", "larger than its input")]
    [InlineData("1x28x28 maxpool:0 flatten dense:10", "window of at least 1")]
    [InlineData("1 dense:2147483647", "too large")]
    [InlineData("1 dense:268435456", "too large")]
    [InlineData("1 dense:33554432 dense:1", "too large")] // the transposed copy of its weights
    [InlineData("100000 dense:100000", "too large")]
    [InlineData("7 dense:99999999999", "is not a layer")]
    [InlineData("7 dense:3 dropout:1e400", "dropout")]
    [InlineData("7 dense:3 dropout:-1", "is not a layer")]
    [InlineData("7 dense:3 dropout:NaN", "needs a rate")]
    [InlineData("7 dense:3\u001b[31m", "\"dense:3\\u001B[31m\" is not a layer")]
    [InlineData("", "An architecture begins with its input's shape")]
    [InlineData("7", "at least one layer with weights")]
    public void What_no_network_can_be_is_refused_in_one_line(string text, string reason)
    {
        string line = Refusal(() => Architecture.Parse(text))!;
        Assert.Contains(reason, line, StringComparison.Ordinal);
    }

    [Fact]
    public void Layers_without_end_are_refused() =>
        Assert.Contains(
            "at most 1,000",
            Refusal(() => Architecture.Parse("7 dense:3" + string.Concat(Enumerable.Repeat(" flatten", 100_000))))!,
            StringComparison.Ordinal);

    [Fact]
    public void A_word_of_a_million_letters_is_not_repeated() =>
        Assert.InRange(Refusal(() => Architecture.Parse("7 " + new string('x', 1_000_000)))!.Length, 10, 400);

    [Fact]
    public void Layers_made_in_code_are_checked_as_those_in_a_text()
    {
        Shape image = new(1, 28, 28);
        foreach (Layer layer in new Layer[]
        {
            new Layer.Convolution(1, int.MaxValue, 1, int.MaxValue - 1),
            new Layer.Convolution(int.MaxValue, 3),
            new Layer.Convolution(8, 3, int.MinValue),
            new Layer.Convolution(8, 3, 1, -1),
            new Layer.MaxPool(2, -1),
            new Layer.AveragePool(int.MinValue),
            new Layer.Dropout(double.NaN),
        })
        {
            Assert.NotNull(
                Refusal(() => _ = new Architecture(image, [layer, new Layer.GlobalAveragePool(), new Layer.Dense(1)])));
        }

        Assert.NotNull(
            Refusal(() => _ = new Architecture(new Shape(int.MaxValue, int.MaxValue, int.MaxValue), [new Layer.Dense(1)])));
        Assert.NotNull(Refusal(() => _ = new Architecture(new Shape(1, -1, -1), [new Layer.Dense(1)])));
    }

    [Fact]
    public void Any_text_of_the_words_there_are_is_a_network_small_enough_or_refused_in_one_line()
        => RandomCases.ForEach(5000, seed =>
    {
        RandomStream random = new(seed);
        StringBuilder text = new(Pick(
            "7", "784", "1x28x28", "3x5x9", "0", "1x1x1", "65536x65536x65536", "1x2147483647x1", "2147483647",
            "1x9999999999x2", "-1", "x", "1x28",
            "1x5x*", "3x1x*", "1x2147483647x*", "*x1x1"));
        for (int l = random.NextInt32(8); l >= 0; l--)
        {
            text.Append(' ').Append(Pick(
                "conv", "dense", "maxpool", "avgpool", "gap", "batchnorm", "dropout", "flatten", "sigmoid", "relu",
                "softmax", "add", "nothing"));
            for (int part = random.NextInt32(4); part > 0; part--)
                text.Append(':').Append(Pick(
                    "", "1", "3", "3x3", "3x4", "0", "0x0", "stride2", "stride0", "stride2147483647", "pad1",
                    "pad2147483647", "nobias", "2x1", "stride1x2", "pad0x2147483647", "65535", "46341", "2147483647",
                    "2147483648", "99999x99999", "0.5",
                    "1e308", "-3", "NaN", "\0", "١"));
        }

        string described = text.ToString();
        Refusal(() =>
        {
            Architecture architecture = Architecture.Parse(described);
            Assert.Equal(architecture.ToString(), Architecture.Parse(architecture.ToString()).ToString());
            Assert.InRange(architecture.ParameterCount, 0, 1 << 29);
            Assert.InRange(architecture.MultiplyAdds, 0, long.MaxValue);
            Assert.NotEmpty(architecture.ToTable());
        });

        string Pick(params ReadOnlySpan<string> words) => words[random.NextInt32(words.Length)];
    });

    [Theory]
    [InlineData("100000 dense:2000000:nobias", false)]
    [InlineData("100000 dense:2 softmax", true)]
    [InlineData("2 dense:2000000", true)]
    [InlineData("7 dropout:1E-07 dense:2 softmax", true)]
    public void Whatever_can_be_made_can_be_saved_and_read_again(string text, bool isPossible)
    {
        string? refusal = Refusal(() => Assert.Equal(text, Architecture.Parse(text).ToString()));
        Assert.Equal(isPossible, refusal is null);
    }

    /// <summary>The one-line message with which an action was refused; null if it was not.</summary>
    private static string? Refusal(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            Assert.DoesNotContain(e.Message, c => char.IsControl(c));
            Assert.InRange(e.Message.Length, 10, 500);
            return e.Message;
        }
    }
}
