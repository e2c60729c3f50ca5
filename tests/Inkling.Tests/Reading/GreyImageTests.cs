namespace Inkling.Tests.Reading;

public class GreyImageTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.001)]
    [InlineData(0.999)]
    [InlineData(-1)]
    [InlineData(1e300)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_reduction_that_no_picture_can_have_is_refused(double reduction) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new GreyImage(10, 10, new byte[100]) { Reduction = reduction });

    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    [InlineData(10_000)]
    public void A_picture_of_any_other_reduction_is_read(double reduction)
    {
        GreyImage number = NumberPicture.Of("504192");
        DigitReader reader = DigitReader.Load();
        GreyImage picture = new(number.Width, number.Height, number.Pixels.ToArray()) { Reduction = reduction };
        PixelBox box = Assert.Single(reader.Read(picture, null, TestContext.Current.CancellationToken).Numbers).Box;
        Assert.InRange(box.Width, 20 * reduction, picture.Width * reduction);
    }
}
