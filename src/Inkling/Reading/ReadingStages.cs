using Inkling.Reading.Budget;
using Inkling.Reading.Cutting;
using Inkling.Reading.Finding;

namespace Inkling.Reading;

/// <summary>How a picture was read, stage by stage: its ink, its numbers, their parts and the segments that were chosen.</summary>
public sealed class ReadingStages
{
    /// <summary>Ways whose segments the second network is asked about.</summary>
    private const int WaysAskedTwice = 4;

    /// <summary>With less confidence than this, another look is worth it.</summary>
    private const double Doubtful = 0.4;

    /// <summary>Confidence in each of a number's digits with which it is one, beside others, and under which it is none.</summary>
    private const double Sure = 0.8, HardlySure = 0.6;

    /// <summary>
    /// A number's confidence is a product of powers: of its way's likelihood among all ways, and of what the networks think of its
    /// segments. Both speak of the same doubts; the powers were fitted on pictures of numbers.
    /// </summary>
    private const double WayPower = 0.5, SegmentPower = 0.3;

    /// <summary>Differences of scores are divided by it: the networks are surer than they are right, since a number's segments are judged alike.</summary>
    private const double ScoreTemperature = 1.5;

    /// <summary>
    /// What reading the numbers of an ink map may cost for each of its pixels, and beyond that: chosen so that 575 pictures of
    /// numbers, from single digits to whole pages, are read to the same bits with and without the bounds.
    /// </summary>
    private const long PixelsEach = 400, MorePixels = 2_000_000, PixelsEachOfLarge = 100, MorePixelsOfLarge = 20_000_000;

    /// <inheritdoc cref="PixelsEach"/>
    private const long PixelsToASegment = 250, MoreSegments = 1_000, WaysEach = 20, MoreWays = 20_000_000;

    /// <summary>
    /// How often a look at a picture may see each pixel of the ink map before there are numbers: finding ink some 80 times, ruled
    /// lines <see cref="RuledLines.SeenEach"/> times, and frames as often for each of <see cref="Ink.FramesDeep"/> in each other.
    /// </summary>
    private const long LookEach = 80 + RuledLines.SeenEach * (1 + Ink.FramesDeep);

    private readonly SegmentJudge _judge;
    private readonly ReadingOptions _options;
    private readonly ReadingWork _work;
    private readonly double _reduction; // from the file's pixels to those of the ink
    private readonly (int Width, int Height) _size; // of the file's picture
    private bool _isComplete;

    private ReadingStages(Ink ink, GreyImage picture, SegmentJudge judge, ReadingOptions options, ReadingWork work)
    {
        _reduction = ink.Reduction * picture.Reduction;
        _size = picture.FileSize;
        (_judge, _options, _work) = (judge, options, work);
        Ink = ink;
        Ink.RemoveRuledLines(work);
        InkPieces pieces = InkPieces.Of(Ink, work);
        PixelBox[] frames = [.. TextLayout.Frames(pieces.All, work)];
        if (frames.Length > 0)
        {
            Ink.RemoveFrames(frames, work);
            pieces = InkPieces.Of(Ink, work);
        }

        _isComplete = pieces.All.Count <= InkPieces.Most;
        IReadOnlyList<Word> words = TextLayout.Words(Ink, pieces.All, work);
        work.Allow(BudgetFor(Ink));
        List<(Word Word, NumberStages Stages)> read = WithoutNoise([.. ReadAll(pieces, words)]);
        Dictionary<Word, NumberStages> stagesOf = new(read.Select(number => KeyValuePair.Create(number.Word, number.Stages)), ReferenceEqualityComparer.Instance);
        List<ReadLine> lines = [];
        List<NumberStages> numbers = [];
        foreach (IReadOnlyList<Word> line in TextLayout.Lines([.. read.Select(number => number.Word)], work))
        {
            NumberStages[] onLine = [.. line.Select(word => stagesOf[word])];
            numbers.AddRange(onLine);
            lines.Add(new ReadLine([.. onLine.Select(number => number.Number)]));
        }

        work.Allow(ReadingCost.Unlimited);
        Numbers = numbers;
        Reading = new ReadingResult(lines, options.UnsureBelow, _isComplete);
    }

    /// <summary>Reads a picture; where what stands out most in it cannot be read, what is beside that.</summary>
    internal static ReadingStages Of(GreyImage picture, SegmentJudge judge, ReadingOptions options, CancellationToken cancellationToken)
    {
        ReadingWork work = new(cancellationToken);
        Ink ink = InkFinding.Find(picture, work);
        float[] found = ink.Values.ToArray();
        ReadingStages first = new(ink, picture, judge, options, work);
        if (first.Reading.Confidence >= Doubtful || !found.AsSpan().ContainsAnyExcept(0f))
            return first;
        Ink whole = new(ink.Width, ink.Height, found, ink.Threshold, ink.IsDarkOnLight, ink.Reduction);
        ReadingStages second = new(InkFinding.FindBeside(picture, whole, work), picture, judge, options, work);
        ReadingStages better = second.Reading.Confidence > first.Reading.Confidence ? second : first;
        bool isComplete = first.Reading.IsComplete && second.Reading.IsComplete; // what the worse look left out may be a number, too
        better.Reading = new ReadingResult(better.Reading.Lines, options.UnsureBelow, isComplete);
        return better;
    }

    /// <summary>What reading the numbers of an ink map may cost.</summary>
    internal static ReadingCost BudgetFor(Ink ink)
    {
        long pixels = ink.Values.Length;
        return new ReadingCost(Math.Min(PixelsEach * pixels + MorePixels, PixelsEachOfLarge * pixels + MorePixelsOfLarge), long.MaxValue / 4, pixels / PixelsToASegment + MoreSegments, WaysEach * pixels + MoreWays);
    }

    /// <summary>
    /// The most that a reading can cost, whatever the picture shows: two looks. In each, finding ink, lines and frames looks at each
    /// of the ink map's pixels at most <see cref="LookEach"/> times, and its numbers cost no more than their budget.
    /// </summary>
    /// <param name="picture">A picture.</param>
    /// <param name="ink">Its ink map.</param>
    internal static ReadingCost MostFor(GreyImage picture, Ink ink)
    {
        ReadingCost numbers = BudgetFor(ink), overshoot = new(20L * ink.Values.Length, 0, SegmentJudge.AtOnce, Lattice.MostWaysEach);
        long pieces = 8L * InkPieces.Most * InkPieces.Most;
        ReadingCost look = new ReadingCost(picture.Pixels.Length + LookEach * ink.Values.Length, pieces, 0, 0) + (numbers with { Pieces = 0 }) + overshoot;
        return look + look;
    }

    /// <summary>What came out.</summary>
    public ReadingResult Reading { get; private set; }

    /// <summary>Where the picture has ink.</summary>
    public Ink Ink { get; }

    /// <summary>What the reading has cost, both looks together.</summary>
    internal ReadingCost Cost => _work.Spent;

    /// <summary>Each number's stages, line by line.</summary>
    public IReadOnlyList<NumberStages> Numbers { get; }

    /// <summary>Reads each number; those that may be one, torn apart, in both ways, and keeps the likelier.</summary>
    private IEnumerable<(Word Word, NumberStages Stages)> ReadAll(InkPieces pieces, IReadOnlyList<Word> words)
    {
        Dictionary<Word, NumberStages> read = new(ReferenceEqualityComparer.Instance);
        foreach (Word word in words)
        {
            if (TryRead(pieces, word, out bool isTooMuch) is { } stages)
                read.Add(word, stages);
            _isComplete &= !isTooMuch;
        }

        foreach (IReadOnlyList<Word> stack in TextLayout.Stacks(words, _work))
        {
            Word joined = TextLayout.Join(stack);
            double apart = stack.Aggregate(1.0, (product, word) => product * (read.TryGetValue(word, out NumberStages? stages) ? stages.Number.Confidence : 1));
            if (TryRead(pieces, joined, out _) is not { } whole || (whole.Number.Confidence <= apart && stack.Any(read.ContainsKey)))
                continue;
            foreach (Word word in stack)
                read.Remove(word);
            read.Add(joined, whole);
        }

        return read.Select(number => (number.Key, number.Value));
    }

    /// <summary>Beside what is surely a number, what hardly is one is the edge of a table, or a picture.</summary>
    private static List<(Word Word, NumberStages Stages)> WithoutNoise(List<(Word Word, NumberStages Stages)> read)
    {
        double[] heights = [.. read.Where(number => ForEachDigit(number.Stages) >= Sure).Select(number => number.Word.DigitHeight).Order()];
        if (heights.Length == 0)
            return read;
        double height = heights[heights.Length / 2];
        return [.. read.Where(number => ForEachDigit(number.Stages) is var sure && (sure >= Sure || (sure >= HardlySure && number.Word.DigitHeight > 0.5 * height && number.Word.DigitHeight < 2 * height)))];

        static double ForEachDigit(NumberStages stages) => Math.Pow(stages.Number.Confidence, 1.0 / stages.Number.Digits.Count);
    }

    /// <summary>Reads a number; null where it is none, or would take too much work, as textures do.</summary>
    private NumberStages? TryRead(InkPieces pieces, Word word, out bool isTooMuch)
    {
        isTooMuch = false;
        _work.BeginNumber();
        try
        {
            return Read(pieces, word);
        }
        catch (WorkLimitException)
        {
            isTooMuch = true;
            return null;
        }
        finally
        {
            _work.EndNumber();
        }
    }

    private NumberStages? Read(InkPieces pieces, Word word)
    {
        Strip strip = Strip.Of(Ink, pieces, word, _work);
        InkParts parts = InkParts.Of(strip, Ink.Threshold, word.DigitHeight, _work);
        List<Segment> segments = Segments.Of(strip, parts, word.DigitHeight, borrows: true, _work);
        if (segments.Count == 0)
            return null;
        float[][] opinions = _judge.Judge(segments, word.DigitHeight, _work);
        double middle = MiddleOf(parts, word.DigitHeight);
        IReadOnlyList<Lattice.Way> ways = new Lattice(segments, opinions, parts, word.DigitHeight, middle).Best(_options, _work);
        int[] inQuestion = [.. ways.Take(WaysAskedTwice).SelectMany(way => way.Steps).Where(step => step.Digit >= 0).Select(step => step.Segment).Distinct()];
        if (inQuestion.Length > 0)
        {
            float[][] second = _judge.JudgeAgain([.. inQuestion.Select(i => segments[i])], [.. inQuestion.Select(i => opinions[i])], _work);
            for (int i = 0; i < inQuestion.Length; i++)
                opinions[inQuestion[i]] = second[i];
            ways = new Lattice(segments, opinions, parts, word.DigitHeight, middle).Best(_options, _work);
        }

        if (ways.Count == 0 || ways[0].Text.Length == 0)
            return null;
        return new NumberStages(strip, parts, NumberOf(strip, ways, segments, opinions));
    }

    private ReadNumber NumberOf(Strip strip, IReadOnlyList<Lattice.Way> ways, List<Segment> segments, float[][] opinions)
    {
        double[] likelihoods = [.. ways.Select(way => Math.Exp((way.Score - ways[0].Score) / ScoreTemperature))];
        double all = likelihoods.Sum();
        List<ReadDigit> digits = [];
        List<PixelBox> separators = [];
        double product = 1;
        foreach (Lattice.Step step in ways[0].Steps)
        {
            PixelBox box = InPicture(strip.InInk(segments[step.Segment].Box));
            if (step.Digit < 0)
            {
                separators.Add(box);
                continue;
            }

            float[] opinion = opinions[step.Segment];
            product *= opinion[step.Digit];
            float sum = opinion.Take(10).Sum();
            digits.Add(new ReadDigit(step.Digit, [.. opinion.Take(10).Select(p => p / Math.Max(sum, 1e-6f))], box, segments[step.Segment].Glyph));
        }

        double confidence = Math.Pow(likelihoods[0] / all, WayPower) * Math.Pow(product, SegmentPower);
        PixelBox whole = digits.Select(digit => digit.Box).Aggregate((a, b) => a.Union(b));
        return new ReadNumber(ways[0].Text, confidence, whole, digits, separators, [.. ways.Skip(1).Zip(likelihoods.Skip(1), (way, likelihood) => (way.Text, Math.Min(confidence, (1 - confidence) / (all - 1)) * likelihood))]);
    }

    /// <summary>A box of the ink map in the pixels of the file: at least one of them, and none beside the picture, whatever was rounded on the way.</summary>
    private PixelBox InPicture(PixelBox box)
    {
        int left = Math.Clamp((int)(box.Left * _reduction), 0, _size.Width - 1), top = Math.Clamp((int)(box.Top * _reduction), 0, _size.Height - 1);
        int right = Math.Clamp((int)Math.Ceiling(box.Right * _reduction), left + 1, _size.Width);
        int bottom = Math.Clamp((int)Math.Ceiling(box.Bottom * _reduction), top + 1, _size.Height);
        return new PixelBox(left, top, right - left, bottom - top);
    }

    /// <summary>The row that the middles of digits lie on: that of the highest parts, each counting with its ink.</summary>
    private static double MiddleOf(InkParts parts, double digitHeight)
    {
        double sum = 0, weights = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            if (parts.Boxes[i].Height < 0.6 * digitHeight)
                continue;
            sum += parts.Areas[i] * (parts.Boxes[i].Top + parts.Boxes[i].Height / 2.0);
            weights += parts.Areas[i];
        }

        return weights > 0 ? sum / weights : parts.Boxes.Average(box => box.Top + box.Height / 2.0);
    }
}

/// <summary>How a number was read.</summary>
public sealed class NumberStages
{
    internal NumberStages(Strip strip, InkParts parts, ReadNumber number) => (Strip, Parts, Number) = (strip, parts, number);

    /// <summary>What came out.</summary>
    public ReadNumber Number { get; }

    /// <summary>The number set upright and level: its ink, [height, width] in <see cref="Finding.Ink.Values"/>.</summary>
    public Ink Upright => new(Strip.Width, Strip.Height, Strip.Values);

    /// <summary>[height, width] of <see cref="Upright"/>: which of its smallest parts a pixel belongs to, from 0 at the left; -1 for paper.</summary>
    public IReadOnlyList<int> Part => Parts.Part;

    internal Strip Strip { get; }

    internal InkParts Parts { get; }
}
