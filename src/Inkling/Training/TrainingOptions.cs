namespace Inkling;

/// <summary>How a network is trained. What is not set is as the seed has it.</summary>
public sealed record TrainingOptions
{
    private const int MaxThreads = 1024;

    /// <summary>How often the network sees all training examples.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Examples a step, at least 1; the last step of an epoch has what is left.</summary>
    public int MiniBatchSize { get; init; } = 10;

    /// <summary>η, over 0.</summary>
    public double LearningRate { get; init; } = 3.0;

    /// <summary>How a step is made of a gradient.</summary>
    public Optimiser Optimiser { get; init; } = new Optimiser.Sgd();

    /// <summary>How the learning rate changes.</summary>
    public Schedule Schedule { get; init; } = new Schedule.Constant();

    /// <summary>λ of L2 regularisation: λ/2n Σ w² is added to the cost, n being the number of training examples (Nielsen, chapter 3). Biases are left alone.</summary>
    public double L2 { get; init; }

    /// <summary>λ of L1 regularisation: λ/n Σ |w| is added to the cost.</summary>
    public double L1 { get; init; }

    /// <summary>How much of each target goes to all outputs alike, 0 to under 1 (Szegedy et al., arXiv 1512.00567).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// Where it is over 0, an exponential moving average of all weights is kept, which forgets this slowly (0.999: over about
    /// 1,000 steps); it is what is reported after each epoch and what the network ends with (Polyak and Juditsky 1992).
    /// </summary>
    public double WeightAverage { get; init; }

    /// <summary>How training images are changed each time they are seen; null for as they are.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>
    /// How many of the last epochs see the images as they are: batch normalisation's running statistics, and the weights,
    /// then suit what will be read rather than what was distorted (compare Touvron et al., arXiv 1906.06423).
    /// </summary>
    public int PlainEpochs { get; init; }

    /// <summary>
    /// Training ends when accuracy on validation data has not improved for so many epochs; 0 for never. Where it may end so, or
    /// by <see cref="Schedule.HalveOnStall"/>, the network ends as it was after the best epoch, the first of equal ones.
    /// </summary>
    public int Patience { get; init; }

    /// <summary>Evaluated after each epoch, where given.</summary>
    public Examples? TestData { get; init; }

    /// <summary>Examples to choose the best epoch by (see <see cref="Patience"/>); they are evaluated after each, as the test data are.</summary>
    public Examples? ValidationData { get; init; }

    /// <summary>
    /// Called after each epoch, in order, one at a time; null for nobody. It may run beside the training of the next epoch; what it
    /// throws ends the training.
    /// </summary>
    public Action<EpochResult>? OnEpoch { get; init; }

    /// <summary>How far training has come, for a progress bar to look at.</summary>
    public TrainingProgress? Progress { get; init; }

    /// <summary>
    /// Called on the training thread before the first step and then between steps; returns after how many steps it wants to be
    /// called again, at least 1. It may wait, which pauses the training; what is learned is the same to the bit.
    /// </summary>
    public Func<TrainingMoment, int>? BetweenSteps { get; init; }

    /// <summary>The most threads to use, from 1 to 1,024. The result is the same to the bit for any number.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// A file that training is kept in after each epoch and when it is cancelled. Where it is there already, training goes on
    /// from it and ends with the same bits as if it had never been interrupted; the checkpoint of another training (other
    /// settings, seed or start weights, other examples) is refused, and so is one that another training is using.
    /// </summary>
    public string? Checkpoint { get; init; }

    /// <summary>
    /// Told in one line what was wrong though training goes on, as a damaged checkpoint that was passed over for the one before
    /// it; null for standard error.
    /// </summary>
    public Action<string>? OnWarning { get; init; }

    /// <summary>Whether training may end before its last epoch, and then with the network of the best.</summary>
    internal bool StopsEarly => Patience > 0 || Schedule is Schedule.HalveOnStall;

    internal void Warn(string line)
    {
        if (OnWarning is null)
            Console.Error.WriteLine(line);
        else
            OnWarning(line);
    }

    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range; the message says which, and the range.</exception>
    internal static void Require(TrainingOptions options)
    {
        Require(options.Optimiser is not null && options.Schedule is not null, "null", "There is an optimiser and a schedule.");
        Require(options.Epochs >= 0, options.Epochs, "Epochs are a number from 0 on.");
        Require(options.PlainEpochs >= 0, options.PlainEpochs, "Epochs without augmentation are a number from 0 on.");
        Require(options.MiniBatchSize >= 1, options.MiniBatchSize, "A mini-batch has at least 1 example.");
        Require(options.Threads is >= 1 and <= MaxThreads, options.Threads, $"There are from 1 to {MaxThreads} threads.");
        Require(options.Patience >= 0, options.Patience, "Patience is a number of epochs from 0 on.");
        Require(options.LearningRate > 0 && float.IsFinite((float)options.LearningRate), options.LearningRate, "The learning rate is a number over 0.");
        Require(options.L1 >= 0 && float.IsFinite((float)options.L1), options.L1, "λ of L1 regularisation is a number from 0 on.");
        Require(options.L2 >= 0 && float.IsFinite((float)options.L2), options.L2, "λ of L2 regularisation is a number from 0 on.");
        Require(options.LabelSmoothing is >= 0 and < 1, options.LabelSmoothing, "Label smoothing is from 0 to under 1.");
        Require(options.WeightAverage >= 0 && (float)options.WeightAverage < 1, options.WeightAverage, "The weight average forgets by a number from 0 to under 1.");

        void Require(bool condition, object value, string otherwise)
        {
            if (!condition)
                throw new ArgumentOutOfRangeException(nameof(options), value, otherwise);
        }
    }
}

/// <summary>Where a training stands between two steps.</summary>
/// <param name="Network">The network that learns: to be looked at, during the call only.</param>
/// <param name="Epoch">The epoch under way, from 0.</param>
/// <param name="Examples">Examples learned from in it.</param>
/// <param name="Cost">Mean of their costs, each measured just before it was learned from; 0 where there are none yet.</param>
public sealed record TrainingMoment(Network Network, int Epoch, int Examples, double Cost);

/// <summary>How far training has come. Written by the training thread, read by any other.</summary>
public sealed class TrainingProgress
{
    private long _examples;

    /// <summary>How many examples have been learned from, over all epochs.</summary>
    public long Examples => Interlocked.Read(ref _examples);

    internal void Add(int examples) => Volatile.Write(ref _examples, _examples + examples);
}
