using Inkling.Numerics;

namespace Inkling.Tests.Reading.RealPaper;

/// <summary>
/// Twenty pictures (or ten) of each kind on which people write numbers, with a floor for each in <see cref="PaperKind.All"/>.
/// To look at them, set INKLING_SCREENSHOTS to a folder: a contact sheet of each kind is written there, misread ones marked.
/// </summary>
public sealed class RealPaperTests
{
    private static readonly DigitReader Reader = DigitReader.Load();

    public static TheoryData<string> Kinds => [.. PaperKind.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Numbers_on_real_paper_are_read(string name)
    {
        PaperKind kind = PaperKind.All.Single(kind => kind.Name == name);
        ReadingOptions options = new() { AllowedPattern = kind.Pattern is null ? null : NumberPattern.Parse(kind.Pattern) };
        WrittenPicture[] pictures = [.. kind.Pictures()];
        string[] read = [.. pictures.Select(picture =>
            Reader.Read(picture.Picture, options, TestContext.Current.CancellationToken).Text.Replace(' ', '\n'))];
        bool[] isExact = [.. pictures.Select((picture, i) => picture.Text == read[i])];
        if (Environment.GetEnvironmentVariable("INKLING_SCREENSHOTS") is { Length: > 0 } folder)
            PngSheet.Save(
                Path.Combine(Directory.CreateDirectory(folder).FullName, $"{name.Replace(' ', '-')}.png"),
                [.. pictures.Select(picture => picture.Picture)],
                isExact);

        int exact = isExact.Count(right => right);
        TestContext.Current.SendDiagnosticMessage($"{name}: {exact} of {kind.Count}, at least {kind.Floor}");
        Assert.True(
            exact >= kind.Floor,
            $"{exact} of {kind.Count} read exactly, at least {kind.Floor} are expected: "
                + string.Join("; ", pictures.Select((picture, i) => $"{picture.Text} → {read[i]}").Where((_, i) => !isExact[i]))
                    .Replace('\n', ' '));
    }

    [Fact]
    public void A_picture_without_a_number_is_unsure_or_empty()
    {
        const int count = 10, floor = 10;
        GreyImage[] pictures =
            [.. Enumerable.Range(0, count).Select(i => NoNumber.Picture(new Hand(new RandomStream(seed: 77, stream: i)), i))];
        ReadingResult[] read =
            [.. pictures.Select(picture => Reader.Read(picture, cancellationToken: TestContext.Current.CancellationToken))];
        bool[] isRight = [.. read.Select(reading => reading.Text.Length == 0 || reading.IsUnsure)];
        if (Environment.GetEnvironmentVariable("INKLING_SCREENSHOTS") is { Length: > 0 } folder)
            PngSheet.Save(Path.Combine(Directory.CreateDirectory(folder).FullName, "no-number.png"), pictures, isRight);
        Assert.True(
            isRight.Count(right => right) >= floor,
            "Surely read: " + string.Join("; ", read.Where((_, i) => !isRight[i]).Select(reading =>
                $"{reading.Text} {reading.Confidence:F2}")).Replace('\n', ' '));
    }

    [Fact]
    public void A_clear_number_is_sure()
    {
        int sure = 0;
        for (int i = 0; i < 20; i++)
        {
            Hand hand = new(new RandomStream(seed: 78, stream: i));
            Ink ink = hand.Row(hand.Number(1, 5), 60).WithMargin(20);
            GreyImage picture = new Paper(ink.Width, ink.Height, 230).Paint(ink, 40).ToImage();
            sure += Reader.Read(picture, cancellationToken: TestContext.Current.CancellationToken).IsUnsure ? 0 : 1;
        }

        Assert.InRange(sure, 18, 20);
    }
}
