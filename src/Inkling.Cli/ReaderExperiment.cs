using System.Globalization;
using Inkling.Evaluation;
using Inkling.Imaging;
using Inkling.Reading.Constants;
using Inkling.Reading.Deciding;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary>
/// <c>inkling experiment reader</c>: fits the reader's constants to labelled pictures, and reports for each set of pictures what
/// a fit to all other sets gives there. Prints the constants that a fit to all sets gives.
/// </summary>
internal sealed class ReaderExperiment(
    string? images, int rounds, int threads, Terminal terminal, CancellationToken cancellationToken)
{
    private const double Penalty = 0.01, AcceptedShare = 0.7, AcceptedRight = 0.98;
    private const int Bins = 15;

    private readonly DigitReader _reader = DigitReader.Load();
    private readonly ReaderConstants _constants = ReaderConstants.Default;
    private bool _isAllRead = true;

    public int Run()
    {
        IReadOnlyList<LabelledPicture> pictures = Load();
        IReadOnlyDictionary<string, ReaderConstants>? byOthers = rounds == 0
            ? null
            : new ReaderSearch(_reader, pictures, threads, terminal, cancellationToken).Run(rounds);
        IGrouping<string, LabelledPicture>[] bySet = [.. pictures.GroupBy(picture => picture.Set, StringComparer.Ordinal)];
        ReaderOutcome[] outcomes = [.. bySet.SelectMany(set => Read([.. set], byOthers?[set.Key] ?? _constants))];
        Table table = new() { Border = TableBorder.Rounded, Title = new TableTitle("Fitted to the other sets") };
        table.AddColumns(
            "set", "pictures", "read exactly", "log loss", "calibration error", "right of the surest 70 %", "98 % right at");
        List<(ReaderOutcome Outcome, double Confidence)> all = [];
        foreach (string set in bySet.Select(set => set.Key))
        {
            CalibrationConstants others = Fitted([.. outcomes.Where(outcome => outcome.Set != set)]);
            (ReaderOutcome, double)[] judged =
                [.. outcomes.Where(outcome => outcome.Set == set).Select(outcome => (outcome, ConfidenceOf(outcome, others)))];
            Report(table, set, judged);
            all.AddRange(judged);
        }

        Report(table, "all", all);
        Report(table, "all, as it is", [.. outcomes.Select(outcome => (outcome, ConfidenceOf(outcome, _constants.Calibration)))]);
        if (!terminal.IsJson)
            terminal.People.Write(table);
        LineConstants lines = ReportChoices(outcomes);
        double[] weights = Fitted(outcomes).Weights;
        string text = string.Join(", ", weights.Select(weight => weight.ToString("0.####", CultureInfo.InvariantCulture)));
        terminal.Json(json =>
        {
            json.WriteStartArray("weights");
            foreach (double weight in weights)
                json.WriteNumberValue(Math.Round(weight, 4));
            json.WriteEndArray();
            json.WriteNumber("cutWeight", Math.Round(lines.CutWeight, 4));
            json.WriteNumber("lineWeight", Math.Round(lines.LineWeight, 4));
        });
        if (!terminal.IsJson)
            terminal.Line($"CalibrationConstants.Weights, fitted to all sets: {text}");
        return _isAllRead ? CommandLine.Done : CommandLine.Failed;
    }

    /// <summary>Every labelled picture; the folder it is in is its set.</summary>
    private List<LabelledPicture> Load()
    {
        string root = images ?? Path.Combine(Environment.GetEnvironmentVariable("INKLING_DATA") ?? "", "handwriting");
        if (!Directory.Exists(root))
        {
            throw new InklingException(
                $"{root}: there is no such folder. Name with --images a folder of pictures whose names begin with their digits "
                    + "and an underscore, as 504192_note.png.");
        }

        PictureFolder folder = PictureFolder.Of(root);
        folder.Report(terminal);
        _isAllRead = folder.Unreadable.Count == 0;
        List<LabelledPicture> pictures = [];
        PictureReading.ForEach(folder.Files, terminal, file =>
        {
            if (PictureLabel.Of(file) is not { } label)
                return;
            try
            {
                string set = Path.GetRelativePath(root, Path.GetDirectoryName(file)!);
                pictures.Add(new LabelledPicture(PictureFile.Load(file), set, label));
            }
            catch (InklingException e)
            {
                terminal.Failure(e.Message);
                _isAllRead = false;
            }
        }, cancellationToken);
        if (pictures.Select(picture => picture.Set).Distinct(StringComparer.Ordinal).Count() < 2)
        {
            throw new InklingException(
                $"{root}: two or more folders with labelled pictures are needed, to fit to some and judge by others.");
        }

        terminal.Message(string.Create(CultureInfo.InvariantCulture, $"Reading {pictures.Count:N0} pictures …"));
        return pictures;
    }

    private ReaderOutcome[] Read(IReadOnlyList<LabelledPicture> pictures, ReaderConstants constants) =>
        LabelledPicture.ReadAll(pictures, _reader.With(constants), threads, cancellationToken);

    private double ConfidenceOf(ReaderOutcome outcome, CalibrationConstants calibration) =>
        outcome.Confidence(calibration, _constants.Decision.UnreadConfidence);

    /// <summary>
    /// Fits the weights to pictures in which one number was read, and which show nothing else. A set counts as the square root of
    /// its pictures, so that a large one of easy pictures does not outweigh the others.
    /// </summary>
    private CalibrationConstants Fitted(IReadOnlyCollection<ReaderOutcome> outcomes)
    {
        ReaderOutcome[] single = [.. outcomes.Where(outcome => outcome is { Evidence.Count: 1, Presence: 1, Unread: 0 })];
        if (single.Length == 0)
            return _constants.Calibration;
        Dictionary<string, int> sizes =
            single.CountBy(outcome => outcome.Set, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        bool[] isRight = [.. single.Select(outcome => outcome.IsRight)];
        double[] shares = [.. single.Select(outcome => 1 / Math.Sqrt(sizes[outcome.Set]))];
        HashSet<int> left = []; // features left out, since their weights would have the wrong sign
        while (true)
        {
            double[][] features = [.. single.Select(outcome => outcome.Evidence[0].Features)];
            foreach (double[] example in features)
            {
                foreach (int i in left)
                    example[i] = 0;
            }

            double[] weights = LogisticRegression.Fit(features, isRight, shares, Penalty);
            int[] wrong = [.. Enumerable.Range(0, weights.Length).Where(i => weights[i] * NumberEvidence.Directions[i] < 0)];
            if (wrong.Length == 0)
                return new CalibrationConstants { Weights = weights };
            left.Add(wrong.MaxBy(i => Math.Abs(weights[i])));
        }
    }

    /// <summary>How the two readers are weighed against each other: by the other sets, and by all.</summary>
    private LineConstants ReportChoices(ReaderOutcome[] outcomes)
    {
        ReaderOutcome[] open = [.. outcomes.Where(outcome => outcome.Choices.Any(choice => choice.IsTrue))];
        Table table = new() { Border = TableBorder.Rounded, Title = new TableTitle("Right where it is proposed") };
        table.AddColumns("set", "proposed", "by cuts alone", "without cuts alone", "by both", "weights fitted to the other sets");
        foreach (IGrouping<string, ReaderOutcome> set in open.GroupBy(outcome => outcome.Set, StringComparer.Ordinal))
        {
            LineConstants others = FittedChoice([.. open.Where(outcome => outcome.Set != set.Key)]);
            LineConstants cuts = others with { LineWeight = 0 }, line = others with { CutWeight = 0 };
            string weights = string.Create(CultureInfo.InvariantCulture, $"{others.CutWeight:0.00} and {others.LineWeight:0.00}");
            table.AddRow(set.Key, Count(set.Count()), Right(set, cuts), Right(set, line), Right(set, others), weights);
        }

        LineConstants all = FittedChoice(open);
        if (!terminal.IsJson)
        {
            terminal.People.Write(table);
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"LineConstants, fitted to all sets: CutWeight {all.CutWeight:0.00}, LineWeight {all.LineWeight:0.00}"));
        }

        return all;

        static string Right(IEnumerable<ReaderOutcome> of, LineConstants constants) => Count(of.Count(outcome =>
            outcome.Choices[Array.IndexOf(outcome.Scores(constants), outcome.Scores(constants).Max())].IsTrue));

        static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The weights of both readers that make the true numbers likeliest among those proposed. Sets count as in
    /// <see cref="Fitted"/>.
    /// </summary>
    private LineConstants FittedChoice(ReaderOutcome[] open)
    {
        LineConstants before = _constants.Lines;
        if (open.Length == 0)
            return before;
        LineConstants ofCuts = before with { CutWeight = 1, LineWeight = 0 };
        LineConstants ofLine = before with { CutWeight = 0, LineWeight = 1 };
        Dictionary<string, int> sizes =
            open.CountBy(outcome => outcome.Set, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        double[] weights = ConditionalLogit.Fit(
            [.. open.Select(outcome => outcome.Scores(ofCuts).Zip(outcome.Scores(ofLine), (c, l) => new[] { c, l }).ToArray())],
            [.. open.Select(outcome => outcome.Choices.Index().First(choice => choice.Item.IsTrue).Index)],
            [.. open.Select(outcome => 1 / Math.Sqrt(sizes[outcome.Set]))],
            Penalty);
        double temperature = _constants.Decision.ScoreTemperature; // by which scores are divided before they become likelihoods
        return before with { CutWeight = weights[0] * temperature, LineWeight = weights[1] * temperature };
    }

    private void Report(Table table, string set, IReadOnlyCollection<(ReaderOutcome Outcome, double Confidence)> judged)
    {
        (bool IsRight, double Confidence)[] surest =
            [.. judged.Select(one => (one.Outcome.IsRight, one.Confidence)).OrderByDescending(one => one.Confidence)];
        int right = surest.Count(one => one.IsRight), accepted = (int)Math.Ceiling(AcceptedShare * surest.Length);
        double exact = (double)right / surest.Length;
        double loss = surest.Average(one => -Math.Log(Math.Clamp(one.IsRight ? one.Confidence : 1 - one.Confidence, 1e-4, 1)));
        double error = surest.GroupBy(one => Math.Min(Bins - 1, (int)(one.Confidence * Bins)))
            .Sum(bin => Math.Abs(bin.Sum(one => one.Confidence - (one.IsRight ? 1 : 0)))) / surest.Length;
        double ofSurest = surest.Take(accepted).Average(one => one.IsRight ? 1.0 : 0);
        double share = (double)MostWithRight(surest, AcceptedRight) / surest.Length;
        table.AddRow(
            Markup.Escape(set), surest.Length.ToString("N0", CultureInfo.InvariantCulture), Figures.Percent(exact),
            loss.ToString("0.000", CultureInfo.InvariantCulture), Figures.Percent(error), Figures.Percent(ofSurest),
            Figures.Percent(share));
        terminal.Json(json =>
        {
            json.WriteString("set", set);
            json.WriteNumber("images", surest.Length);
            json.WriteNumber("exact", right);
            json.WriteNumber("logLoss", Math.Round(loss, 4));
            json.WriteNumber("calibrationError", Math.Round(error, 4));
            json.WriteNumber("rightOfSurest70Percent", Math.Round(ofSurest, 4));
            json.WriteNumber("acceptedAt98PercentRight", Math.Round(share, 4));
        });
    }

    /// <summary>How many of the surest readings can be accepted so that this share of them is right.</summary>
    private static int MostWithRight((bool IsRight, double Confidence)[] surest, double share)
    {
        int right = 0, most = 0;
        for (int i = 0; i < surest.Length; i++)
        {
            right += surest[i].IsRight ? 1 : 0;
            if (right >= share * (i + 1))
                most = i + 1;
        }

        return most;
    }
}
