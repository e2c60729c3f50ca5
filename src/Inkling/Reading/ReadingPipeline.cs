using Inkling.Reading.Arranging;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Finding;
using Inkling.Reading.Lines;
using Inkling.Reading.Reshaping;
using Inkling.Reading.Ruling;
using Inkling.Reading.Sheets;

namespace Inkling.Reading;

/// <summary>
/// From a picture to its numbers. <see cref="Read()"/> looks once, or several times where that is unsure;
/// <see cref="ReadInk"/> lists the steps of one look, and <see cref="NumberPipeline.Read"/> those for one number. A step takes
/// what the steps before it made and leaves that unchanged.
/// </summary>
internal sealed class ReadingPipeline
{
    private readonly Sheet _sheet;
    private readonly SegmentJudge _judge;
    private readonly LineNetwork _lines;
    private readonly ReadingOptions _options;
    private readonly ReaderConstants _constants;
    private readonly ReadingWork _work;

    private ReadingPipeline(
        Sheet sheet, SegmentJudge judge, LineNetwork lines, ReadingOptions options, ReaderConstants constants,
        ReadingWork work) =>
        (_sheet, _judge, _lines, _options, _constants, _work) = (sheet, judge, lines, options, constants, work);

    /// <summary>Reads a picture: the sheet of paper in it, if it shows one with something to read, or all of it.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="judge">The networks that look at segments.</param>
    /// <param name="lines">The network that looks at whole numbers.</param>
    /// <param name="options">What is known about the numbers.</param>
    /// <param name="constants">What the reader goes by.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The likeliest look.</returns>
    public static ReadingStages Read(
        GreyImage picture, SegmentJudge judge, LineNetwork lines, ReadingOptions options, ReaderConstants constants,
        CancellationToken cancellationToken)
    {
        ReadingWork work = new(cancellationToken);
        if (Sheet.On(picture, constants.Sheet, work) is { } sheet)
        {
            ReadingStages onSheet = new ReadingPipeline(sheet, judge, lines, options, constants, work).Read();
            if (onSheet.Numbers.Count > 0)
                return onSheet;
        }

        ReadingPipeline atSize = new(Sheet.Whole(picture), judge, lines, options, constants, work);
        ReadingStages read = atSize.Read();
        bool isOneDigit = PieceMeasures.CountDigitSized(read.Pieces.All, constants.Layout) == 1; // read whole, it gains nothing
        bool isSure = read.Score >= constants.Decision.DoubleBelow || isOneDigit;
        if (isSure || !ReadingBounds.MayBeDoubled(picture, constants.Decision))
            return read;
        Sheet doubled = new(PictureDoubling.Double(picture, work), 0, 0, Magnification: 2);
        return atSize.LikelierOf(read, new ReadingPipeline(doubled, judge, lines, options, constants, work).ReadAsItIs());
    }

    /// <summary>
    /// The picture as it is, or, where that was not read surely, with the gaps of broken strokes closed, or turned.
    /// </summary>
    private ReadingStages Read()
    {
        ReadingStages asItIs = ReadAsItIs();
        int digits = PieceMeasures.CountDigitSized(asItIs.Pieces.All, _constants.Layout);
        bool isSure = asItIs.Score >= _constants.Decision.NoOtherLookFrom
            && digits <= asItIs.Reading.Digits.Count() + _constants.Decision.NoOtherLookMaxLeft;
        if (isSure || !asItIs.Reading.IsComplete) // a texture would be one again
            return asItIs;
        ReadingStages best = asItIs;
        bool mayBeBroken = asItIs.Pieces.All.Count >= _constants.BrokenStrokes.MinPiecesPerDigit * asItIs.Reading.Digits.Count();
        if (mayBeBroken && ClosedStrokes.Of(asItIs.Ink, asItIs.Pieces, _constants, _work) is { } closed
            && ReadInk(closed) is var joined)
            best = IsMuchLikelier(joined.Score, asItIs.Score) ? joined : asItIs;
        if (best == asItIs && digits >= 2)
            best = BestTurned(asItIs, digits);
        return best.With(best.Reading, _work.Spent);

        bool IsMuchLikelier(double score, double other) =>
            score * (1 - other) > _constants.BrokenStrokes.MinOdds * other * (1 - score);
    }

    /// <summary>The best turned look that is much better than the picture as it is, or that.</summary>
    private ReadingStages BestTurned(ReadingStages asItIs, int digitSized)
    {
        ReadingStages best = asItIs;
        TurnChoice choice = new(_constants.Turn, _judge);
        bool mayTurn = (_options.AllowedPattern?.Digits ?? _options.ExpectedDigits) != 1; // a 6 may be a 9
        foreach (int degrees in mayTurn ? choice.ToTry(asItIs, digitSized, _work) : [])
        {
            if (InkTurn.Of(asItIs.Ink, degrees, _constants.Turn.MaxGrowth, _work) is not { } turn)
                continue;
            ReadingStages turned = ReadInk(turn.Ink, turn);
            bool isBestTurn = best == asItIs || turned.ScorePerDigit > best.ScorePerDigit;
            best = isBestTurn && choice.IsBetter(turned, asItIs) ? turned : best;
        }

        return best;
    }

    /// <summary>The likeliest of at most three looks at the picture as it is.</summary>
    private ReadingStages ReadAsItIs()
    {
        Ink ink = InkFinding.Find(_sheet.Picture, _constants, _work);
        ReadingStages first = ReadInk(ink);
        if (first.ScorePerDigit >= _constants.Decision.SecondLookBelow || !ink.Values.ContainsAnyExcept(0f))
            return first;
        // What stands out most (a table's edge, a shadow) may be no number, and may have hidden one that is fainter.
        Ink beside = InkFinding.FindBeside(_sheet.Picture, ink, _constants, _work);
        ReadingStages likelier = LikelierOf(first, ReadInk(beside));
        return likelier.ScorePerDigit < _constants.Decision.SecondLookBelow
            && InkFinding.FindOther(_sheet.Picture, ink, _constants, _work) is { } other
            ? LikelierOf(likelier, ReadInk(other))
            : likelier;
    }

    /// <summary>One look: the numbers in what was found as ink.</summary>
    /// <param name="found">The ink.</param>
    /// <param name="turn">How the picture's ink was turned; null where it was not.</param>
    private ReadingStages ReadInk(Ink found, InkTurn? turn = null)
    {
        (Ink ink, InkPieces pieces) = Written(found, _constants, _work);
        IReadOnlyList<Word> words = TextLayout.Words(ink, pieces, _constants, _work);
        _work.Allow(ReadingBounds.ForNumbersOn(ink, _constants.Budget));
        FileScale scale = FileScale.Of(_sheet, ink, turn);
        NumberPipeline numberPipeline = new(ink, pieces, scale, _judge, _lines, _options, _constants, _work);
        IReadOnlyList<NumberStages> read = ReadWords(numberPipeline, words, out bool isAnyTooCostly);
        IReadOnlyList<NumberStages> kept = WithoutNoise(read, ink, _constants.Decision);
        IReadOnlyList<IReadOnlyList<NumberStages>> lines = LinesOf(kept);
        Word[] keptWords = [.. kept.Select(number => number.Word)];
        PixelBox[] unread =
            [.. TextLayout.Unread(pieces, keptWords, _constants.Layout, _work).Select(piece => scale.InFile(piece.Box))];
        NumberPipeline.WholeDigit? whole = numberPipeline.TryReadWhole();
        _work.Allow(ReadingCost.Unlimited);
        bool isComplete = !pieces.AreTooMany && !isAnyTooCostly;
        Look look = new(ink, pieces, turn);
        ReadingStages inParts = ResultOf(look, lines, unread, isComplete);
        if (whole is null)
            return inParts;
        double toBeat = kept.Count == 0 ? _constants.Decision.WholeMinCertainty : inParts.Score;
        bool? agrees = kept.Count == 0 ? null : inParts.Reading.Text == whole.Stages.Number.Text;
        return whole.Certainty > toBeat
            ? ResultOf(look, [[whole.Stages.Compared(agrees)]], [], isComplete)
            : ResultOf(look, [.. lines.Select(Compared)], unread, isComplete);

        IReadOnlyList<NumberStages> Compared(IReadOnlyList<NumberStages> line) =>
            [.. line.Select(number => number.Compared(agrees))];
    }

    /// <summary>The ink without form boxes, rules and frames, and its pieces.</summary>
    internal static (Ink Ink, InkPieces Pieces) Written(Ink found, ReaderConstants constants, ReadingWork work)
    {
        InkPieces foundPieces = InkPieces.Of(found, constants, work);
        Ink unboxed = Without(Surroundings.FormBoxes(foundPieces, constants, work), found);
        Ink unruled = RuledLines.Remove(unboxed, constants, work);
        InkPieces unruledPieces = unruled == found ? foundPieces : InkPieces.Of(unruled, constants, work);
        Ink ink = Without(Surroundings.Frames(unruledPieces, constants, work), unruled);
        return (ink, ink == unruled ? unruledPieces : InkPieces.Of(ink, constants, work));

        Ink Without(IEnumerable<PixelBox> frames, Ink ink)
        {
            PixelBox[] all = [.. frames];
            return all.Length == 0 ? ink : RuledLines.RemoveFrames(ink, all, constants, work);
        }
    }

    /// <summary>
    /// Reads each word. Words closely above each other may be one number, torn apart: they are read in both ways, and the
    /// likelier is kept.
    /// </summary>
    private IReadOnlyList<NumberStages> ReadWords(NumberPipeline pipeline, IReadOnlyList<Word> words, out bool isAnyTooCostly)
    {
        isAnyTooCostly = false;
        Dictionary<Word, NumberStages> read = new(ReferenceEqualityComparer.Instance);
        foreach (Word word in words)
        {
            if (pipeline.TryRead(word, out bool isTooCostly) is { } stages)
                read.Add(word, stages);
            isAnyTooCostly |= isTooCostly;
        }

        foreach (IReadOnlyList<Word> stack in TornNumbers.Stacks(words, _constants.Layout, _work))
        {
            Word joined = Word.Joined(stack);
            double apart = stack.Aggregate(1.0, (product, word) => product * ScoreOf(word));
            NumberStages? whole = pipeline.TryRead(joined, out bool isTooCostly);
            isAnyTooCostly |= isTooCostly && !stack.Any(read.ContainsKey);
            if (whole is null || (whole.Score <= apart && stack.Any(read.ContainsKey)))
                continue;
            foreach (Word word in stack)
                read.Remove(word);
            read.Add(joined, whole);
        }

        return [.. read.Values];

        double ScoreOf(Word word) => read.TryGetValue(word, out NumberStages? stages) ? stages.Score : 1;
    }

    /// <summary>
    /// Once clear numbers are found, doubtful marks are ignored: they are the edge of a table, or a drawing. So is an upright
    /// stroke at the picture's side, which is rather an edge or a shadow that the picture cuts off than a 1.
    /// </summary>
    private static IReadOnlyList<NumberStages> WithoutNoise(IReadOnlyList<NumberStages> read, Ink ink, DecisionConstants c)
    {
        double[] heights =
            [.. read.Where(number => IsClear(number) && !IsAtSide(number)).Select(number => number.Word.DigitHeight).Order()];
        if (heights.Length == 0)
            return read;
        double height = heights[heights.Length / 2];
        return [.. read.Where(number => !IsAtSide(number) && (IsClear(number) || IsLikely(number)))];

        bool IsAtSide(NumberStages number) =>
            number.Number.Text == "1" && (number.Word.Box.Left == 0 || number.Word.Box.Right == ink.Width);

        bool IsClear(NumberStages number) => number.ScorePerDigit >= c.ClearScore;

        bool IsLikely(NumberStages number) => number.ScorePerDigit >= c.DoubtfulScore
            && number.Word.DigitHeight > c.DoubtfulMinHeight * height && number.Word.DigitHeight < c.DoubtfulMaxHeight * height;
    }

    private IReadOnlyList<IReadOnlyList<NumberStages>> LinesOf(IReadOnlyList<NumberStages> numbers)
    {
        Dictionary<Word, NumberStages> stagesOf = new(ReferenceEqualityComparer.Instance);
        foreach (NumberStages number in numbers)
            stagesOf.Add(number.Word, number);
        Word[] words = [.. numbers.Select(number => number.Word)];
        IReadOnlyList<IReadOnlyList<Word>> lines = TextLayout.Lines(words, _constants.Layout, _work);
        return [.. lines.Select(line => line.Select(word => stagesOf[word]).ToArray())];
    }

    private ReadingStages ResultOf(
        Look look, IReadOnlyList<IReadOnlyList<NumberStages>> lines, PixelBox[] unread, bool isComplete)
    {
        lines = [.. lines.Select(line => line.Select(number => number.Calibrated(_constants.Calibration)).ToArray())];
        ReadLine[] readLines = [.. lines.Select(line => new ReadLine([.. line.Select(number => number.Number)]))];
        NumberStages[] numbers = [.. lines.SelectMany(line => line)];
        double presence = NumberPresence.Of(look.Pieces, numbers, _constants, _work);
        ReadingResult reading = new(
            readLines, _options.UnsureBelow, isComplete, unread, _constants.Decision.UnreadConfidence, presence,
            look.Turn?.Degrees ?? 0);
        double score = numbers.Length == 0 ? 0 : numbers.Aggregate(1.0, (product, number) => product * number.Score);
        score *= Math.Pow(_constants.Decision.UnreadConfidence, unread.Length);
        return new ReadingStages(reading, score, look.Ink, look.Pieces, numbers, _work.Spent);
    }

    /// <summary>
    /// The surer of two looks, unless it reads far less; complete only where both are, since what the other one left out may be
    /// a number, too.
    /// </summary>
    private ReadingStages LikelierOf(ReadingStages first, ReadingStages second)
    {
        bool isAsLong = second.Reading.Digits.Count() >= _constants.Decision.LookMinDigits * first.Reading.Digits.Count();
        ReadingStages likelier = isAsLong && second.Reading.Confidence > first.Reading.Confidence ? second : first;
        bool isComplete = first.Reading.IsComplete && second.Reading.IsComplete;
        ReadingResult reading = new(
            likelier.Reading.Lines, _options.UnsureBelow, isComplete, likelier.Reading.Unread,
            _constants.Decision.UnreadConfidence, likelier.Reading.Presence, likelier.Reading.Turn);
        return likelier.With(reading, _work.Spent);
    }

    /// <summary>What a look saw.</summary>
    private sealed record Look(Ink Ink, InkPieces Pieces, InkTurn? Turn);
}
