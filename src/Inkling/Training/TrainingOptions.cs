using Inkling.Numerics.Threads;

namespace Inkling;

/// <summary>How a network is trained. Defaults follow the first experiment in Nielsen, chapter 1.</summary>
public sealed record TrainingOptions
{
    /// <summary>How often the network sees all training examples.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Examples per step, at least 1; the last step of an epoch uses the remainder.</summary>
    public int MiniBatchSize { get; init; } = 10;

    /// <summary>The learning rate η, over 0.</summary>
    public double LearningRate { get; init; } = 3.0;

    /// <summary>How a step is computed from the gradient.</summary>
    public Optimiser Optimiser { get; init; } = new Optimiser.Sgd();

    /// <summary>How the learning rate changes.</summary>
    public Schedule Schedule { get; init; } = new Schedule.Constant();

    /// <summary>
    /// λ of L2 regularisation: λ/2n Σ w² is added to the cost, n being the number of training examples (Nielsen, chapter 3).
    /// Biases are not regularised.
    /// </summary>
    public double L2 { get; init; }

    /// <summary>λ of L1 regularisation: λ/n Σ |w| is added to the cost.</summary>
    public double L1 { get; init; }

    /// <summary>
    /// The fraction of each target that is spread evenly over all outputs, 0 to under 1 (Szegedy et al., arXiv 1512.00567).
    /// </summary>
    public double LabelSmoothing { get; init; }

    /// <summary>
    /// The decay of an exponential moving average of all weights, 0 to under 1 (0.999 averages over about 1,000 steps); 0 for no
    /// average. The average is what is reported after each epoch and what the network ends with (Polyak and Juditsky 1992).
    /// </summary>
    public double WeightAverage { get; init; }

    /// <summary>Random changes to training images each time they are used; null for none.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>
    /// How many of the last epochs train without augmentation, so that batch normalisation's running statistics and the weights
    /// fit undistorted images, as they will be read (compare Touvron et al., arXiv 1906.06423).
    /// </summary>
    public int PlainEpochs { get; init; }

    /// <summary>
    /// Training ends when accuracy on validation data has not improved for this many epochs; 0 for never. If this or
    /// <see cref="Schedule.HalveOnStall"/> is set, the network of the best epoch is kept, the first of equal ones.
    /// </summary>
    public int Patience { get; init; }

    /// <summary>Examples to evaluate after each epoch; null for none.</summary>
    public Examples? TestData { get; init; }

    /// <summary>
    /// Examples to choose the best epoch by (see <see cref="Patience"/>), evaluated after each epoch; null for none.
    /// </summary>
    public Examples? ValidationData { get; init; }

    /// <summary>
    /// Called after each epoch, in order, one call at a time; null for none. It may run while the next epoch trains; an exception
    /// that it throws ends the training.
    /// </summary>
    public Action<EpochResult>? OnEpoch { get; init; }

    /// <summary>
    /// Receives on how many examples this call has trained so far, over all epochs; null for none. The training thread reports
    /// after a step, at most about a hundred times in an epoch, and at the end.
    /// </summary>
    public IProgress<long>? Progress { get; init; }

    /// <summary>
    /// Called on the training thread before the first step and then between steps; returns the number of steps until its
    /// next call, at least 1. It may block, which pauses the training; the result is the same to the bit.
    /// </summary>
    public Func<TrainingMoment, int>? BetweenSteps { get; init; }

    /// <summary>
    /// The most threads to use, from 1 to 1,024; 0 for as many as the machine has cores, which several ranks on it share. The
    /// result is the same to the bit for any number.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>
    /// The device that trains and evaluates, such as a graphics processor; null for the processor. Results are the same up to
    /// rounding, and a checkpoint can be resumed on any.
    /// </summary>
    public TrainingDevice? Device { get; init; }

    /// <summary>
    /// The processes that train this network together, each on its share of every mini-batch; null for this one alone. All give
    /// the same network, examples and options, apart from what is for people: on other ranks than 0 nothing is reported or
    /// written, and <see cref="OnEpoch"/>, <see cref="Progress"/>, <see cref="BetweenSteps"/> and <see cref="OnWarning"/> are
    /// not called. Cancelled on one, the training ends on all. The result is the same to the bit for any number of ranks.
    /// </summary>
    public RankGroup? Ranks { get; init; }

    /// <summary>
    /// The file to save the training in after each epoch and when it is cancelled. If it exists, training resumes from it and
    /// ends with the same bits as if it had never been interrupted; the checkpoint of another training (other settings, seed or
    /// start weights, other examples) is refused, and so is one that another training is using. More <see cref="Epochs"/> than
    /// the checkpoint's continue the training, unless its schedule (<see cref="Schedule.Cosine"/>,
    /// <see cref="Schedule.OneCycle"/>) or <see cref="PlainEpochs"/> depends on their number.
    /// </summary>
    public string? Checkpoint { get; init; }

    /// <summary>
    /// Receives one-line warnings about problems that do not end the training, such as a damaged checkpoint skipped for the
    /// one before it; null for standard error.
    /// </summary>
    public Action<string>? OnWarning { get; init; }

    /// <summary>The ranks, where there are several.</summary>
    internal RankGroup? SeveralRanks => Ranks is { Count: > 1 } ? Ranks : null;

    /// <summary>The most threads of this process.</summary>
    internal int ThreadCount =>
        Threads == 0 && SeveralRanks is { } ranks ? Workers.CountFor(ranks.DefaultThreads) : Workers.CountFor(Threads);

    /// <summary>Whether training may end before its last epoch, and keeps the network of the best.</summary>
    internal bool StopsEarly => Patience > 0 || Schedule is Schedule.HalveOnStall;

    /// <summary>Whether an epoch's steps depend on how many epochs there are in total.</summary>
    internal bool DependsOnEpochs => Schedule.DependsOnEpochs || (Augmentation is not null && PlainEpochs > 0);

    internal void Warn(string line)
    {
        if (OnWarning is null)
            Console.Error.WriteLine(line);
        else
            OnWarning(line);
    }

    /// <summary>Checks that each option is in its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range; the message says which, and the range.</exception>
    internal static void Require(TrainingOptions options)
    {
        Require(options.Optimiser is not null && options.Schedule is not null, "null", "There is an optimiser and a schedule.");
        Require(options.Epochs >= 0, options.Epochs, "Epochs are a number from 0 on.");
        Require(options.PlainEpochs >= 0, options.PlainEpochs, "Epochs without augmentation are a number from 0 on.");
        Require(options.MiniBatchSize >= 1, options.MiniBatchSize, "A mini-batch has at least 1 example.");
        _ = Workers.CountFor(options.Threads, nameof(options));
        Require(options.Patience >= 0, options.Patience, "Patience is a number of epochs from 0 on.");
        Require(
            options.LearningRate > 0 && float.IsFinite((float)options.LearningRate),
            options.LearningRate,
            "The learning rate is a number over 0.");
        Require(
            options.L1 >= 0 && float.IsFinite((float)options.L1),
            options.L1,
            "λ of L1 regularisation is a number from 0 on.");
        Require(
            options.L2 >= 0 && float.IsFinite((float)options.L2),
            options.L2,
            "λ of L2 regularisation is a number from 0 on.");
        Require(options.LabelSmoothing is >= 0 and < 1, options.LabelSmoothing, "Label smoothing is from 0 to under 1.");
        Require(
            options.WeightAverage >= 0 && (float)options.WeightAverage < 1,
            options.WeightAverage,
            "The weight average forgets by a number from 0 to under 1.");

        void Require(bool condition, object value, string otherwise)
        {
            if (!condition)
                throw new ArgumentOutOfRangeException(nameof(options), value, otherwise);
        }
    }
}

/// <summary>The state of a training between two steps.</summary>
public sealed class TrainingMoment
{
    internal TrainingMoment(Network network, int epoch, int examples, double cost) =>
        (Network, Epoch, Examples, Cost) = (network, epoch, examples, cost);

    /// <summary>The network being trained; for reading only, and only during the call.</summary>
    public Network Network { get; }

    /// <summary>The current epoch, from 0.</summary>
    public int Epoch { get; }

    /// <summary>Examples trained on in this epoch.</summary>
    public int Examples { get; }

    /// <summary>Mean of their costs, each measured just before the step that trains on it; 0 if there are none yet.</summary>
    public double Cost { get; }
}
