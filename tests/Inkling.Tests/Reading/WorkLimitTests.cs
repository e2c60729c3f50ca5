using CsCheck;
using Inkling.Numerics;

namespace Inkling.Tests.Reading;

/// <summary>
/// No picture takes more work than its pixels allow. Work is counted (pixels looked at, segments shown to a network, ways scored),
/// not timed: it is the same on every machine. docs/reading.md says what that is in seconds and megabytes.
/// </summary>
public sealed class WorkLimitTests : IDisposable
{
    private readonly DigitReader _reader = DigitReader.Load();

    public static TheoryData<string> Kinds => [.. HostilePictures.Kinds.Keys];

    public void Dispose() => _reader.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_picture_made_to_take_long_costs_no_more_than_its_pixels_allow(string kind)
    {
        RandomStream random = new(7);
        foreach ((int width, int height, int? digits) in new (int, int, int?)[] { (240, 160, null), (128, 100, 14), (420, 90, 100) })
        {
            GreyImage picture = HostilePictures.Kinds[kind](width, height, random);
            ReadingStages stages = _reader.Explain(picture, new ReadingOptions { ExpectedDigits = digits }, TestContext.Current.CancellationToken);
            ReadingCost most = ReadingStages.MostFor(picture, stages.Ink);
            Assert.True(stages.Cost.IsWithin(most), $"{kind}, {width}×{height}: {stages.Cost}, allowed {most}");
        }
    }

    [Fact]
    public void Nested_frames_without_end_are_not_each_searched_for_lines()
    {
        // 66 frames in each other, and 2 marks that make each of them one: searched one by one, they are 25 times the picture.
        GreyImage picture = HostilePictures.Kinds["nested frames"](800, 530, new RandomStream(1));
        ReadingWork work = new();
        Ink ink = InkFinding.Find(picture, work);
        InkPieces pieces = InkPieces.Of(ink, work);
        PixelBox[] frames = [.. TextLayout.Frames(pieces.All, work)];
        Assert.True(frames.Length > 40, $"{frames.Length}");
        long before = work.Spent.Pixels;
        ink.RemoveFrames(frames, work);
        Assert.InRange(work.Spent.Pixels - before, 1, 160 * Ink.FramesDeep * ink.Values.Length);
    }

    [Fact]
    public void Of_a_picture_of_specks_only_as_many_are_followed_as_writing_can_have()
    {
        GreyImage picture = HostilePictures.Kinds["dots"](600, 900, new RandomStream(1));
        ReadingWork work = new();
        IReadOnlyList<InkPiece> pieces = InkPieces.Of(Ink.Of(picture), work).All;
        Assert.Equal(InkPieces.Most + 1, pieces.Count);
        Assert.Empty(TextLayout.Frames(pieces, work));
        Assert.Equal(0, work.Spent.Pieces);
    }

    [Fact]
    public void A_texture_that_costs_too_much_does_not_keep_the_number_beside_it_from_being_read()
    {
        GreyImage number = NumberPicture.Of("504192", height: 48);
        int width = number.Width, height = number.Height + 150;
        byte[] pixels = new byte[width * height];
        pixels.AsSpan().Fill(NumberPicture.Paper);
        number.Pixels.CopyTo(pixels);
        for (int y = number.Height; y < height - 10; y++)
        {
            for (int x = 20; x < width - 20; x++)
                pixels[y * width + x] = x % 3 == 0 || y % 16 == 0 ? (byte)NumberPicture.Pen : (byte)NumberPicture.Paper;
        }

        Assert.Contains("504192", _reader.Read(new GreyImage(width, height, pixels), cancellationToken: TestContext.Current.CancellationToken).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_may_take_half_of_what_is_left_and_the_next_one_half_of_the_rest()
    {
        ReadingWork work = new();
        work.Allow(new ReadingCost(1000, 0, 0, 0));
        work.BeginNumber();
        Assert.Throws<WorkLimitException>(() => work.CountPixels(501));
        work.BeginNumber();
        work.CountPixels(249);
        Assert.Throws<WorkLimitException>(() => work.CountPixels(1));
        work.Allow(ReadingCost.Unlimited);
        work.CountPixels(1_000_000);
    }

    [Fact]
    public void A_picture_far_wider_than_high_is_reduced_like_any_other()
    {
        Ink wide = Ink.Of(new GreyImage(100_000, 8, new byte[800_000])), high = Ink.Of(new GreyImage(3, 50_000, new byte[150_000]));
        Assert.InRange(wide.Width, 1, 1600);
        Assert.InRange(high.Height, 1, 1600);
    }

    [Fact]
    public void The_shortlist_keeps_what_sorting_everything_would_keep() =>
        Gen.Select(Gen.Int[1, 12], Gen.Select(Gen.Int[0, 40], Gen.Int[0, 15]).Array[0, 200]).Sample((most, given) =>
        {
            Candidate[] all = [.. given.Select((pair, i) => new Candidate(pair.Item1 / 4.0, pair.Item2, i, i, 0))];
            Shortlist shortlist = new(most);
            foreach (Candidate candidate in all)
                shortlist.Add(candidate);
            Assert.Equal(all.OrderByDescending(candidate => candidate.Score).DistinctBy(candidate => candidate.Text).Take(most), shortlist.Best());
        }, iter: 500);

    [Fact]
    public void Ink_across_a_line_is_found_as_a_walk_from_pixel_to_pixel_finds_it() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 200], Gen.Bool, Gen.Double[0.5, 0.99], Gen.Int[0, 1 << 20]).Sample((length, breadth, isTurned, density, seed) =>
        {
            RandomStream random = new(seed);
            (int width, int height) = isTurned ? (breadth, length) : (length, breadth);
            float[] values = [.. Enumerable.Range(0, width * height).Select(_ => random.NextDouble() < density ? 1f : 0f)];
            InkColumns columns = new(values, width, new PixelBox(0, 0, width, height), isTurned, 0.5f, new ReadingWork());
            int along = random.NextInt32(length), row = random.NextInt32(breadth), most = random.NextInt32(160), top = row, bottom = row;
            while (top > 0 && row - top <= most && IsInk(top - 1))
                top--;
            while (bottom < breadth && bottom - row <= most && IsInk(bottom))
                bottom++;
            Assert.Equal((top, bottom), columns.RunAcross(along, row, most));
            Assert.Equal(IsInk(row), columns.IsInk(along, row));
            Assert.Equal(values.Count(value => value > 0), columns.Above()[^1]);

            bool IsInk(int across) => values[isTurned ? along * width + across : across * width + along] > 0.5f;
        }, iter: 2000);
}
