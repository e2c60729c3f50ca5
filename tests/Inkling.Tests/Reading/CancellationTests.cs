namespace Inkling.Tests.Reading;

/// <summary>A server that has waited long enough can end a reading; nothing of it goes on.</summary>
public sealed class CancellationTests
{
    private readonly DigitReader _reader = DigitReader.Load();

    [Fact]
    public void A_reading_that_is_cancelled_before_it_begins_does_not_begin() =>
        Assert.Throws<OperationCanceledException>(
            () => _reader.Read(NumberPicture.Of("504192"), cancellationToken: new CancellationToken(canceled: true)));

    [Fact]
    public void A_reading_that_is_cancelled_on_its_way_ends_there()
    {
        using CancellationTokenSource cancellation = new();
        int looks = 0;
        bool CancelAtTheFirstLook(string digits)
        {
            looks++;
            cancellation.Cancel();
            return true;
        }

        NumberPattern pattern = NumberPattern.Parse("dddd", CancelAtTheFirstLook);
        GreyImage twoNumbers = NumberPicture.Of("5041 9213");
        Assert.Throws<OperationCanceledException>(
            () => _reader.Read(twoNumbers, new ReadingOptions { AllowedPattern = pattern }, cancellation.Token));
        Assert.True(looks > 0, "the rule is asked while the first number is read");
    }
}
