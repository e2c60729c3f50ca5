
namespace Inkling.Tests.Networks;

/// <summary>An index of an example or a layer that is out of range is refused, for every kind of network and examples.</summary>
public class IndexTests
{
    public static TheoryData<string, int> Wrong => new()
    {
        { "4 dense:3 sigmoid dense:2 sigmoid", -1 },
        { "4 dense:3 sigmoid dense:2 sigmoid", 3 },
        { "4 dense:3 sigmoid dense:2 sigmoid", int.MaxValue },
        { "4 dense:3 silu dense:2", int.MinValue },
        { "4 dense:3 silu dense:2", 3 },
        { "1x2x2 conv:3:2x2 relu gap dense:2 softmax", 1_073_741_824 }, // times four pixels, it overflows to 0
        { "1x2x2 conv:3:2x2 relu gap dense:2 softmax", -1 },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_step_by_an_example_that_is_not_there_is_refused_and_changes_nothing(string architecture, int index)
    {
        foreach (Examples examples in new Examples[]
        {
            new LabelledImages(new byte[12], new byte[3], 2, 2, classes: 2),
            new VectorExamples(Enumerable.Repeat((new float[4], new float[2]), 3)),
        })
        {
            Network network = new(Architecture.Parse(architecture), seed: 1);
            float[] before = network.Parameters.Span.ToArray();
            Assert.Throws<ArgumentOutOfRangeException>(() => network.UpdateMiniBatch(examples, [0, index, 1], eta: 1));
            Assert.Equal(before, network.Parameters.Span);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(1_073_741_824)]
    public void Examples_have_no_more_than_there_are(int index)
    {
        LabelledImages images = new(new byte[12], new byte[3], 2, 2, classes: 2);
        VectorExamples vectors = new(Enumerable.Repeat((new float[4], new float[2]), 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => images.Pixels(index).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => images.Slice(index, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => images.Slice(1, index));
        foreach (Examples examples in new Examples[] { images, vectors })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => examples.CopyInput(index, new float[4]));
            Assert.Throws<ArgumentOutOfRangeException>(() => examples.CopyTarget(index, new float[2]));
            Assert.Throws<ArgumentOutOfRangeException>(() => examples.ClassOf(index));
        }
    }

    [Fact]
    public void A_layer_that_is_not_there_has_no_shape()
    {
        Architecture architecture = Architecture.Parse("4 dense:2");
        Assert.Equal(new Shape(2), architecture.ShapeBefore(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => architecture.ShapeBefore(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => architecture.ShapeBefore(-1));
    }

    [Fact]
    public void Images_go_into_a_network_that_takes_one_grey_image_not_into_any_with_as_many_numbers()
    {
        LabelledImages images = new(new byte[32], new byte[2], 4, 4, classes: 2);
        foreach (string text in new[] { "16 dense:2", "1x4x4 flatten dense:2" })
            Assert.Equal(2, new Network(Architecture.Parse(text)).Evaluate(images).Total);
        foreach (string text in new[] { "4x2x2 flatten dense:2", "1x2x8 flatten dense:2", "4x2x2 conv:4:1x1 gap dense:2" })
        {
            Network network = new(Architecture.Parse(text));
            Assert.Contains(
                "4×4", Assert.Throws<ArgumentException>(() => network.Evaluate(images)).Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => network.UpdateMiniBatch(images, [0], eta: 1));
            Assert.Throws<ArgumentException>(() => network.Sgd(images, 1, 1, 1));
        }
    }

    [Theory]
    [InlineData("49x4x4 flatten dense:10 softmax")]
    [InlineData("16x7x7 conv:16:3x3 gap dense:10 softmax")]
    [InlineData("1x16x49 flatten dense:10 softmax")]
    public void A_reader_takes_no_network_that_has_as_many_inputs_as_a_digit_has_pixels_in_another_shape(string text)
    {
        Assert.Contains(
            "28×28",
            Assert.Throws<ArgumentException>(() => new DigitReader(new Network(Architecture.Parse(text)))).Message,
            StringComparison.Ordinal);
        _ = new DigitReader(new Network(Architecture.Parse("1x28x28 flatten dense:10")));
    }
}
