using Inkling.Reading.Arranging;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Deciding;
using Inkling.Reading.Finding;
using Inkling.Reading.Lines;

namespace Inkling.Reading;

/// <summary>From a word to its digits: <see cref="Read"/> lists the steps.</summary>
/// <param name="ink">The ink map, without rules and frames.</param>
/// <param name="pieces">Its pieces.</param>
/// <param name="scale">From its pixels to the file's.</param>
/// <param name="judge">The networks that look at segments.</param>
/// <param name="lines">The network that looks at whole numbers.</param>
/// <param name="options">What is known about the number.</param>
/// <param name="constants">What the reader goes by.</param>
/// <param name="work">Counts the work.</param>
internal sealed class NumberPipeline(
    Ink ink, InkPieces pieces, FileScale scale, SegmentJudge judge, LineNetwork lines, ReadingOptions options,
    ReaderConstants constants, ReadingWork work)
{
    /// <summary>Whether only some numbers are allowed.</summary>
    private bool IsRestricted => options.ExpectedDigits is not null || options.AllowedPattern is not null;

    /// <summary>Reads a number within half of the work that is left.</summary>
    /// <param name="word">The number's pieces of ink.</param>
    /// <param name="isTooCostly">Whether it would take more, as textures do.</param>
    /// <returns>Null where it is no number or too costly.</returns>
    public NumberStages? TryRead(Word word, out bool isTooCostly) => Within(() => Read(word), out isTooCostly);

    /// <summary>Reads all of the ink as one digit, without cutting it or setting it upright.</summary>
    /// <returns>Null where it is too wide for a digit, cannot be what the options ask for, or would take too much work.</returns>
    public WholeDigit? TryReadWhole()
    {
        if (pieces.All.Count == 0 || pieces.AreTooMany)
            return null;
        PixelBox box = PieceMeasures.BoxAround(pieces.All);
        bool isDigitSized = box.Height >= constants.Layout.MinDigitHeight
            && box.Width <= constants.Segments.WholeMaxAspect * box.Height;
        return isDigitSized ? Within(() => ReadWhole(new Word(pieces.All, box, box.Height)), out _) : null;
    }

    private T? Within<T>(Func<T?> read, out bool isTooCostly)
        where T : class
    {
        isTooCostly = false;
        work.BeginNumber();
        try
        {
            return read();
        }
        catch (WorkLimitException)
        {
            isTooCostly = true;
            return null;
        }
        finally
        {
            work.EndNumber();
        }
    }

    /// <summary>Reads a number; null where there is no digit in it.</summary>
    private NumberStages? Read(Word word)
    {
        double height = word.DigitHeight;
        Strip strip = Strip.Of(ink, pieces, word, constants.Upright, work);
        InkParts parts = InkParts.Of(strip, ink.Threshold, height, constants, work);
        List<Segment> segments = Segments.Of(strip, parts, height, borrows: true, constants.Segments, work);
        if (segments.Count == 0)
            return null;
        double middle = parts.MiddleRow(height, constants.Cuts);
        WayCosts costs = new(height, middle, parts.Pen, constants.Lattice);
        float[][] opinions = judge.Judge(segments, parts, height, costs, constants.Segments, work);
        Lattice lattice = LatticeOf(segments, opinions, parts, height, middle);
        IReadOnlyList<Lattice.Way> ways = lattice.Best(options, work);
        int[] inQuestion = SegmentsOf(ways.Take(constants.Segments.WaysJudgedAgain));
        if (inQuestion.Length > 0)
        {
            opinions = JudgedAgain(segments, opinions, inQuestion);
            lattice = LatticeOf(segments, opinions, parts, height, middle);
            ways = lattice.Best(options, work);
        }

        (LineReading? line, IReadOnlyList<NumberCandidate> candidates) = Candidates();
        while (candidates is [{ Way: { Steps.Count: 0, Text.Length: > 0 } way } first, ..])
        {
            Lattice.Way? found = WayWithoutCuts(way);
            candidates = found is null ? [.. candidates.Skip(1)] : [first with { Way = found }, .. candidates.Skip(1)];
        }

        if (candidates.Count == 0 || candidates[0].Way.Text.Length == 0)
            return null;
        (ReadNumber number, NumberEvidence evidence) =
            NumberDecision.Of(candidates, segments, opinions, InFile, height, constants);
        evidence = evidence with { IsRestricted = IsRestricted };
        return new NumberStages(word, strip, parts, number, evidence) { Line = line, Candidates = candidates };

        (LineReading? Line, IReadOnlyList<NumberCandidate> Candidates) Candidates()
        {
            try
            {
                LineReading? looks = lines.Look(strip, height, middle, constants.Lines, work);
                return (looks, NumberCandidates.Of(lattice, ways, looks, options, constants.Lines, work));
            }
            catch (WorkLimitException) when (ways.Count > 0) // what the cuts gave is kept
            {
                return (null, NumberCandidates.OfCuts(ways));
            }
        }

        // The digits as the line network has them; null where one of them has no ink.
        Lattice.Way? WayWithoutCuts(Lattice.Way way)
        {
            List<Lattice.Step> steps = [];
            List<float[]> found = [];
            foreach ((int left, int right) in line!.ColumnsOf(way.Text, work) ?? [])
            {
                if (Segments.OfColumns(strip, left, right, ink.Threshold, work) is not { } segment)
                    return null;
                steps.Add(new Lattice.Step(segments.Count, way.Text[steps.Count] - '0'));
                segments.Add(segment);
                found.Add(judge.JudgeByBoth(segment, constants.Segments, work));
            }

            opinions = [.. opinions, .. found];
            return steps.Count == way.Text.Length ? way with { Steps = steps } : null;
        }

        PixelBox InFile(PixelBox box) => scale.InFile(strip.InInk(box));
    }

    private WholeDigit? ReadWhole(Word word)
    {
        Strip strip = Strip.CutOut(ink, pieces, word, constants.Upright.Margin, work);
        InkParts parts = InkParts.Uncut(strip, ink.Threshold, work);
        List<Segment> segments = Segments.Of(strip, parts, word.DigitHeight, borrows: false, constants.Segments, work);
        Segment[] smooth = [.. segments.Select(segment => segment with { Glyph = Segments.SmoothGlyphOf(strip, work) })];
        double middle = parts.MiddleRow(word.DigitHeight, constants.Cuts);
        WayCosts costs = new(word.DigitHeight, middle, parts.Pen, constants.Lattice);
        float[][] first = judge.Judge(smooth, parts, word.DigitHeight, costs, constants.Segments, work);
        float[][] opinions = judge.JudgeAgain(
            segments, first, constants.Segments.WholeSecondShare, constants.Segments, work);
        IReadOnlyList<Lattice.Way> ways =
            LatticeOf(segments, opinions, parts, word.DigitHeight, middle).Best(options, work);
        if (ways.Count == 0 || ways[0].Text.Length == 0)
            return null;
        IReadOnlyList<NumberCandidate> candidates = NumberCandidates.OfCuts(ways);
        (ReadNumber number, NumberEvidence evidence) = NumberDecision.Of(
            candidates, segments, opinions, box => scale.InFile(strip.InInk(box)), word.DigitHeight, constants);
        bool isKnownToBeOne = (options.AllowedPattern?.Digits ?? options.ExpectedDigits) == 1;
        double certainty = isKnownToBeOne ? number.Digits[0].Confidence : opinions[0][number.Digits[0].Digit];
        evidence = evidence with { IsWhole = true, IsRestricted = IsRestricted };
        return new WholeDigit(new NumberStages(word, strip, parts, number, evidence), certainty);
    }

    private Lattice LatticeOf(List<Segment> segments, float[][] opinions, InkParts parts, double height, double middle) =>
        new(segments, opinions, parts, height, middle, constants);

    /// <summary>The segments that some ways take for digits.</summary>
    private static int[] SegmentsOf(IEnumerable<Lattice.Way> ways) =>
        [.. ways.SelectMany(way => way.Steps).Where(step => step.Digit >= 0).Select(step => step.Segment).Distinct()];

    /// <summary>Asks both networks about some segments.</summary>
    private float[][] JudgedAgain(List<Segment> segments, float[][] opinions, int[] inQuestion)
    {
        Segment[] asked = [.. inQuestion.Select(i => segments[i])];
        float[][] first = [.. inQuestion.Select(i => opinions[i])];
        float[][] both = judge.JudgeAgain(asked, first, constants.Segments.SecondShare, constants.Segments, work);
        float[][] all = [.. opinions];
        for (int i = 0; i < inQuestion.Length; i++)
            all[inQuestion[i]] = both[i];
        return all;
    }

    /// <summary>All of a picture's ink, read as one digit.</summary>
    /// <param name="Stages">How it was read.</param>
    /// <param name="Certainty">The networks' probability that it is a digit, and this one.</param>
    internal sealed record WholeDigit(NumberStages Stages, double Certainty);
}
