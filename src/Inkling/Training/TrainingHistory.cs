namespace Inkling.Training;

/// <summary>Describes a training in words for <see cref="Network.History"/>; options that are off are left out.</summary>
internal static class TrainingHistory
{
    private const string Then = "; then ";

    /// <summary>
    /// Appends a training to a history. Beyond <see cref="Network.MaxHistoryLength"/> characters the oldest text is cut, so that
    /// a thousand trainings of one epoch each do not enlarge the file's header.
    /// </summary>
    /// <param name="history">The history before this training; null for none.</param>
    /// <param name="training">The training's description.</param>
    public static string Append(string? history, string training)
    {
        string all = history is null ? training : $"{history}{Then}{training}";
        return all.Length <= Network.MaxHistoryLength ? all : $"... {all[^(Network.MaxHistoryLength - 4)..]}";
    }

    /// <summary>Whether a history ends with a training, described as a whole.</summary>
    public static bool EndsWith(string? history, string training) =>
        history == training || history?.EndsWith(Then + training, StringComparison.Ordinal) == true;

    /// <summary>Describes a training.</summary>
    /// <param name="options">How the network was trained.</param>
    /// <param name="epochs">How many epochs were finished.</param>
    /// <param name="examples">How many examples an epoch has.</param>
    /// <param name="kept">The epoch, from 0, whose network was kept at the end; null for the last.</param>
    public static string Describe(TrainingOptions options, int epochs, int examples, int? kept = null)
    {
        List<string> parts =
        [
            Text($"{epochs:N0} {(epochs == 1 ? "epoch" : "epochs")} of {examples:N0} examples"),
            Text($"mini-batches of {options.MiniBatchSize:N0}"),
            Describe(options.Optimiser),
            Text($"learning rate {options.LearningRate}")
        ];
        Add(options.Schedule is not Schedule.Constant, $"{Describe(options.Schedule)}");
        Add(options.L1 > 0, $"L1 {options.L1}");
        Add(options.L2 > 0, $"L2 {options.L2}");
        Add(options.LabelSmoothing > 0, $"label smoothing {options.LabelSmoothing}");
        Add(options.WeightAverage > 0, $"weight average {options.WeightAverage}");
        Add(options.Patience > 0, $"patience {options.Patience}");
        Add(options.Augmentation is not null, $"augmentation ({Describe(options.Augmentation)})");
        Add(options.PlainEpochs > 0, $"the last {options.PlainEpochs} epochs without augmentation");
        Add(kept is not null, $"epoch {kept} kept, the best on validation");
        return string.Join(", ", parts);

        void Add(bool isSet, FormattableString text)
        {
            if (isSet)
                parts.Add(FormattableString.Invariant(text));
        }
    }

    /// <summary>Describes an optimiser.</summary>
    public static string Describe(Optimiser optimiser) => optimiser switch
    {
        Optimiser.Adam adam => Text($"Adam (betas {adam.Beta1} and {adam.Beta2}, weight decay {adam.WeightDecay})"),
        Optimiser.Sgd { Momentum: > 0 } sgd => Text($"SGD (momentum {sgd.Momentum}{(sgd.Nesterov ? ", Nesterov" : "")})"),
        _ => "SGD",
    };

    /// <summary>Describes a schedule.</summary>
    public static string Describe(Schedule schedule) => schedule switch
    {
        Schedule.Stepped stepped => Text($"times {stepped.By} every {stepped.Every} epochs"),
        Schedule.Cosine cosine => Text($"cosine to {cosine.Final} of it"),
        Schedule.OneCycle cycle =>
            Text($"one-cycle (from {cycle.Start}, up for {cycle.Rise} of the time, to {cycle.Final} of it)"),
        Schedule.HalveOnStall stall => Text($"halved after {stall.Patience} epochs without improvement, {stall.Halvings} times"),
        _ => "constant",
    }
    + (schedule.WarmUpEpochs > 0 ? Text($", {schedule.WarmUpEpochs} epochs of warm-up") : "");

    private static string Describe(Augmentation? augmentation)
    {
        if (augmentation is null)
            return "none";
        (string Name, double Value)[] changes =
        [
            ("shift", augmentation.Shift),
            ("rotation", augmentation.Rotation),
            ("scale", augmentation.Scale),
            ("shear", augmentation.Shear),
            ("elastic", augmentation.Elastic),
            ("thickness", augmentation.Thickness),
            ("width normalisation", augmentation.WidthNormalisation),
            ("erasing", augmentation.Erasing),
            ("noise", augmentation.Noise),
        ];
        return string.Join(", ", changes.Where(change => change.Value > 0).Select(change =>
            Text($"{change.Name} {change.Value}")
            + (change.Name == "elastic" ? Text($" smoothed by {augmentation.ElasticSmoothness}") : "")));
    }

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
