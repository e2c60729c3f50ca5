using CsCheck;
using Inkling.Numerics;
using Inkling.Reading.Arranging;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Finding;
using Inkling.Reading.Ruling;
using Inkling.Reading;
using Inkling.Recipes;

namespace Inkling.Tests.Reading;

/// <summary>
/// No picture takes more work than its pixels allow. Work is counted (pixels looked at, segments shown to a network, ways
/// scored), not timed: it is the same on every machine. docs/reading.md says what that is in seconds and megabytes.
/// </summary>
public sealed class WorkLimitTests
{
    private readonly DigitReader _reader = DigitReader.Load();

    public static TheoryData<string> Kinds => [.. HostilePictures.Kinds.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_picture_made_to_take_long_costs_no_more_than_its_pixels_allow(string kind)
    {
        RandomStream random = new(7);
        (int, int, int?)[] sizes = [(240, 160, null), (128, 100, 14), (420, 90, 100)];
        foreach ((int width, int height, int? digits) in sizes)
        {
            GreyImage picture = HostilePictures.Kinds[kind](width, height, random);
            ReadingOptions options = new() { ExpectedDigits = digits };
            ReadingStages stages = _reader.Explain(picture, options, TestContext.Current.CancellationToken);
            ReadingCost most = ReadingBounds.ForReading(picture, stages.Ink, ReaderConstants.Default);
            Assert.True(stages.Cost.IsWithin(most), $"{kind}, {width}×{height}: {stages.Cost}, allowed {most}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(40)]
    public void A_picture_full_of_lines_is_searched_for_rules_as_often_as_the_limit_says_and_no_more(int dash)
    {
        // Every second row is a line of dashes; with long gaps many lines are expected to go on at once.
        const int side = 240;
        float[] values = new float[side * side];
        for (int i = 0; i < values.Length; i++)
            values[i] = i / side % 2 == 0 && (i % side + 7 * (i / side)) % (2 * dash) < dash ? 1 : 0;
        ReadingWork work = new();
        RuledLines.Remove(new Ink(side, side, values), ReaderConstants.Default, work);
        Assert.InRange(work.Spent.Pixels, 2L * side * side, RuledLines.MaxLooksPerPixel(ReaderConstants.Default) * side * side);
    }

    [Theory]
    [InlineData(199)]
    [InlineData(299)]
    public void A_picture_of_a_black_square_costs_no_more_than_its_pixels_allow(int side)
    {
        byte[] pixels = new byte[side * side];
        Array.Fill(pixels, (byte)230);
        for (int y = 5; y < side - 5; y++)
            pixels.AsSpan(y * side + 5, side - 10).Fill(30);
        GreyImage picture = new(side, side, pixels);
        ReadingStages stages = _reader.Explain(picture, null, TestContext.Current.CancellationToken);
        ReadingCost most = ReadingBounds.ForReading(picture, stages.Ink, ReaderConstants.Default);
        Assert.True(stages.Cost.IsWithin(most), $"{stages.Cost}, allowed {most}");
    }

    [Fact]
    public void Whoever_asks_is_told_that_not_all_of_a_picture_was_read()
    {
        const int width = 1599, height = 60;
        byte[] strokes = new byte[width * height];
        for (int i = 0; i < strokes.Length; i++)
            strokes[i] = i % width % 3 == 0 && i / width is >= 10 and < 50 ? (byte)30 : (byte)230;
        GreyImage specks = HostilePictures.Kinds["specks"](600, 900, new RandomStream(1));
        Assert.False(Read(new GreyImage(width, height, strokes)).IsComplete); // 533 strokes: more parts than a number has
        Assert.False(Read(specks).IsComplete); // more pieces than writing has
        Assert.True(Read(new GreyImage(28, 28, new byte[28 * 28])).IsComplete);
        Assert.True(Read(NumberPicture.Of("504192")).IsComplete);

        ReadingResult Read(GreyImage picture) => _reader.Read(picture, null, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Training_examples_leave_out_what_is_too_many_parts_for_a_number()
    {
        // Digits that are nothing but specks: a number of them has thousands of parts.
        byte[] specks = [.. Enumerable.Range(0, 28 * 28).Select(i => i / 28 % 2 == 0 && i % 2 == 0 ? (byte)255 : (byte)0)];
        byte[] pixels = [.. Enumerable.Repeat(specks, 10).SelectMany(digit => digit)];
        LabelledImages digits = new(pixels, (byte[])[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        Assert.Equal(SegmentExamples.Classes, SegmentExamples.Create(digits, 40).Classes);
    }

    [Fact]
    public void Between_two_numbers_work_is_counted_but_not_refused()
    {
        ReadingWork work = new();
        work.Allow(new ReadingCost(0, 0, 0, 0));
        work.BeginNumber();
        Assert.Throws<WorkLimitException>(() => work.CountPieces(1));
        work.EndNumber();
        work.CountPieces(1);
        Assert.Equal(2, work.Spent.Pieces);
    }

    [Fact]
    public void Nested_frames_without_end_are_not_each_searched_for_lines()
    {
        // 66 frames in each other, and 2 marks that make each of them one: searched one by one, they are 25 times the picture.
        GreyImage picture = HostilePictures.Kinds["nested frames"](800, 530, new RandomStream(1));
        ReadingWork work = new();
        Ink ink = InkFinding.Find(picture, ReaderConstants.Default, work);
        InkPieces pieces = InkPieces.Of(ink, ReaderConstants.Default, work);
        PixelBox[] frames = [.. Surroundings.Frames(pieces, ReaderConstants.Default, work)];
        Assert.True(frames.Length > 40, $"{frames.Length}");
        long before = work.Spent.Pixels;
        RuledLines.RemoveFrames(ink, frames, ReaderConstants.Default, work);
        long area = ReaderConstants.Default.Budget.MaxFrameArea * ink.Values.Length;
        long most = RuledLines.MaxLooksPerPixel(ReaderConstants.Default) * area;
        Assert.InRange(work.Spent.Pixels - before, 1, most);
    }

    [Fact]
    public void Of_a_picture_of_specks_only_as_many_are_followed_as_writing_can_have()
    {
        GreyImage picture = HostilePictures.Kinds["dots"](600, 900, new RandomStream(1));
        ReadingWork work = new();
        InkPieces pieces = InkPieces.Of(Ink.Of(picture), ReaderConstants.Default, work);
        Assert.True(pieces.AreTooMany);
        Assert.Equal(ReaderConstants.Default.Budget.MaxPieces + 1, pieces.All.Count);
        Assert.Empty(Surroundings.Frames(pieces, ReaderConstants.Default, work));
        Assert.Equal(0, work.Spent.Pieces);
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
        Ink wide = Ink.Of(new GreyImage(100_000, 8, new byte[800_000]));
        Ink high = Ink.Of(new GreyImage(3, 50_000, new byte[150_000]));
        Assert.InRange(wide.Width, 1, 1600);
        Assert.InRange(high.Height, 1, 1600);
    }

    [Fact]
    public void The_shortlist_keeps_what_sorting_everything_would_keep() =>
        Gen.Select(Gen.Int[1, 12], Gen.Select(Gen.Int[0, 40], Gen.Int[0, 15]).Array[0, 200]).Sample((most, given) =>
        {
            Candidate[] all =
                [.. given.Select((pair, i) => new Candidate(pair.Item1 / 4.0, pair.Item2, i, i, 0, IsSeparated: false))];
            Shortlist shortlist = new(most);
            foreach (Candidate candidate in all)
                shortlist.Add(candidate);
            IEnumerable<Candidate> best =
                all.OrderByDescending(candidate => candidate.Score).DistinctBy(candidate => candidate.Text);
            Assert.Equal(best.Take(most), shortlist.Best());
        }, iter: 500);

    [Fact]
    public void Ink_across_a_line_is_found_as_a_walk_from_pixel_to_pixel_finds_it() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 200], Gen.Bool, Gen.Double[0.5, 0.99], Gen.Int[0, 1 << 20])
        .Sample((length, breadth, isTurned, density, seed) =>
        {
            RandomStream random = new(seed);
            (int width, int height) = isTurned ? (breadth, length) : (length, breadth);
            float[] values = [.. Enumerable.Range(0, width * height).Select(_ => random.NextDouble() < density ? 1f : 0f)];
            InkColumns columns = new(values, width, new PixelBox(0, 0, width, height), isTurned, 0.5f, new ReadingWork());
            int along = random.NextInt32(length), row = random.NextInt32(breadth), most = random.NextInt32(160);
            int top = row, bottom = row;
            while (top > 0 && row - top <= most && IsInk(top - 1))
                top--;
            while (bottom < breadth && bottom - row <= most && IsInk(bottom))
                bottom++;
            Assert.Equal((top, bottom), columns.RunAcross(along, row, most));
            Assert.Equal(IsInk(row), columns.IsInk(along, row));
            Assert.Equal(Enumerable.Range(row, breadth - row).FirstOrDefault(IsInk, breadth), columns.NextInk(along, row));

            bool IsInk(int across) => values[isTurned ? along * width + across : across * width + along] > 0.5f;
        }, iter: 2000);
}
