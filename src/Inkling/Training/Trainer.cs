using Inkling.Execution.Ranks;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Training.Steps;

namespace Inkling.Training;

/// <summary>
/// Runs one training: epochs of shuffled mini-batches, one step for each. The state between two steps is all that is needed to
/// resume it (<see cref="Checkpoint"/>).
/// </summary>
internal sealed class Trainer : IDisposable
{
    private readonly Network _network;
    private readonly Examples _training;
    private readonly TrainingOptions _options;
    private readonly ITrainingStep _step;
    private readonly RankAgreement? _ranks; // where there are several
    private readonly Network? _average;
    private readonly int[] _order;
    private readonly int _miniBatchSize;
    private readonly double[] _rates;
    private long _trained, _reported; // examples trained on by this call, and how many of them were reported
    private long _nextCall; // the number of steps after which BetweenSteps is called next
    private long _nextAgreement; // the number of steps after which ranks compare their weights next

    public Trainer(Network network, Examples training, TrainingOptions options)
    {
        TrainingOptions.Require(options);
        foreach (Examples examples in new[] { training, options.TestData ?? training, options.ValidationData ?? training })
            NetworkEvaluation.RequireFit(network, examples);
        if (options.ValidationData is null && options.StopsEarly)
        {
            throw new ArgumentException(
                "Stopping early, and halving the learning rate on a stall, need validation data.",
                nameof(options));
        }

        if (training.Count == 0)
            throw new ArgumentException("There are no examples to learn from.", nameof(training));
        if (options.Augmentation is not null && training is not LabelledImages)
            throw new ArgumentException("Only images can be augmented.", nameof(options));
        if (options.LabelSmoothing > 0 && network.Architecture.Cost == Cost.Ctc)
            throw new ArgumentException("Labels are not smoothed in CTC, which has no targets.", nameof(options));
        if (options is { Device: not null, SeveralRanks: not null })
            throw new ArgumentException("A device trains in one process; ranks share what processors do.", nameof(options));
        _network = network;
        State.History = network.History;
        _training = training;
        _ranks = options.SeveralRanks is { } ranks ? new RankAgreement(ranks) : null;
        _options = _ranks is null or { Group.Rank: 0 }
            ? options
            : options with { OnEpoch = null, Progress = null, BetweenSteps = null, OnWarning = _ => { } };
        _miniBatchSize = Math.Min(options.MiniBatchSize, training.Count);
        _order = new int[training.Count];
        _average = options.WeightAverage > 0 ? network.Clone() : null;
        StepSettings settings = new(_miniBatchSize)
        {
            Threads = options.ThreadCount,
            Ranks = options.SeveralRanks,
            Optimiser = options.Optimiser,
            L1 = options.L1 / training.Count,
            L2 = options.L2 / training.Count,
            LabelSmoothing = options.LabelSmoothing,
            Average = _average?.Parameters,
            AverageDecay = options.WeightAverage,
            Augmentation = options.Augmentation,
            Distort = options.Augmentation is { } augmentation ? Distorting(augmentation, (LabelledImages)training) : null,
        };
        _step = TrainingSteps.Create(network.Parameters, training, settings, options.Device);
        _rates = new double[_step.MiniBatchesAtOnce];
    }

    /// <summary>How far training has come.</summary>
    public TrainingState State { get; } = new();

    /// <summary>The network that is reported and kept: the one with averaged weights where an average is configured.</summary>
    public Network Result => _average ?? _network;

    public void Dispose() => _step.Dispose();

    public void Run(CancellationToken cancellationToken)
    {
        _ranks?.RequireSame(
            TrainingFingerprint.OfRank(_network, _training, _options),
            (there, here) => TrainingFingerprint.Difference(there, here, startsWhereSavedEnds: false));
        Checkpoint? opened = null;
        if (_ranks is null)
            opened = Open();
        else
            _ranks.Do(() => opened = Open());
        using Checkpoint? checkpoint = opened;
        if (_ranks is not null)
            checkpoint?.ShareWith(_ranks.Group);
        bool leavesCores = _step is StagedStep { Threads: 1 } && _options.ThreadCount > 1 && _ranks is null;
        EpochReports reports = new(_options, evaluatesConcurrently: leavesCores && !NeedsResults);
        if (!State.IsDone(_options))
            SayHowRanksShare();
        foreach (EpochResult past in State.Past)
            reports.Announce(past);
        int? kept = null;
        try
        {
            while (!State.IsDone(_options))
            {
                RunEpoch(cancellationToken);
                double cost = State.CostSum / _training.Count;
                EpochResult? result = reports.Report(State.Epoch, cost, Result);
                State.Finish(result, _options);
                checkpoint?.Save();
            }

            kept = State.Kept(_options) is null ? null : State.BestEpoch;
        }
        catch (OperationCanceledException)
        {
            _step.Fetch();
            checkpoint?.Save();
            throw;
        }
        finally
        {
            reports.Finish();
            if (State.Epoch > 0)
            {
                _network.History = TrainingHistory.Append(
                    State.History,
                    TrainingHistory.Describe(_options, State.Epoch, _training.Count, kept));
            }
        }

        if (_trained != _reported)
            _options.Progress?.Report(_trained);

        Network end = State.Kept(_options) ?? Result;
        if (end != _network)
            _network.Parameters.CopyFrom(end.Parameters);
    }

    private bool IsAugmentedEpoch => State.Epoch < _options.Epochs - _options.PlainEpochs;

    /// <summary>Opens the checkpoint, if there is one, and restores the training from it.</summary>
    private Checkpoint? Open()
    {
        if (_options.Checkpoint is not { } path)
            return null;
        Checkpoint checkpoint = new(path, _network, _average, _step.Optimiser, State, _options, _training);
        try
        {
            checkpoint.Restore();
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private void SayHowRanksShare()
    {
        if (_ranks is null)
            return;
        int ranks = _ranks.Group.Count, active = _step.Share?.Runs.Active ?? 1;
        if (_step.Share is null)
        {
            _options.Warn(FormattableString.Invariant(
                $"Mini-batches of {_miniBatchSize} are too small to share: each of {ranks} ranks makes every step by itself."));
        }
        else if (active < ranks)
        {
            _options.Warn(FormattableString.Invariant(
                $"Mini-batches of {_miniBatchSize} have {active} shards: {ranks - active} of {ranks} ranks only evaluate."));
        }
    }

    private bool NeedsResults => _options.StopsEarly || _options.Checkpoint is not null;

    private void RunEpoch(CancellationToken cancellationToken)
    {
        if (State.ExamplesDone == 0)
        {
            State.OrderRandom = _network.Random.Clone();
            State.CostSum = 0;
        }

        for (int i = 0; i < _order.Length; i++) // so that an epoch depends only on the network and its random stream
            _order[i] = i;
        RandomStream random = State.OrderRandom!.Clone();
        random.Shuffle(_order);
        State.EpochSeed = unchecked((long)random.NextUInt64());
        while (State.ExamplesDone < _order.Length)
        {
            StopIfCancelled(cancellationToken);
            if (_options.BetweenSteps is { } between && State.Steps >= _nextCall)
            {
                double cost = State.ExamplesDone == 0 ? 0 : State.CostSum / State.ExamplesDone;
                _step.Fetch();
                _nextCall = State.Steps
                    + Math.Max(1, between(new TrainingMoment(_network, State.Epoch, State.ExamplesDone, cost)));
                if (_ranks is null)
                    cancellationToken.ThrowIfCancellationRequested();
            }

            MiniBatches miniBatches = NextMiniBatches();
            State.CostSum += _step.Run(miniBatches);
            State.Steps += miniBatches.Count;
            State.ExamplesDone += miniBatches.Examples;
            if (!double.IsFinite(State.CostSum))
                throw Diagnostics.Diverged(_step.FirstLayerNotFinite(miniBatches[miniBatches.Count - 1]), State, _options);
            CountProgress(miniBatches.Examples);
        }

        _step.Fetch();
        // No cost reflects the last step yet, so its parameters are checked.
        if ((FiniteParameters.FirstNotFinite(_network.Parameters)
                ?? FiniteParameters.FirstNotFinite(Result.Parameters)) is { } lost)
        {
            throw Diagnostics.Diverged(lost, State, _options);
        }

        _network.Random.CopyFrom(random);
    }

    /// <summary>
    /// Stops where this training has been cancelled; of several ranks, where any has been: all after the same step. They compare
    /// their weights at the beginning, every hundred steps that they share, and every second or so of others.
    /// </summary>
    private void StopIfCancelled(CancellationToken cancellationToken)
    {
        if (_ranks is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }

        bool isStopped = _step.Share?.IsStopAgreed == true;
        if (State.Steps >= _nextAgreement)
        {
            const double MultiplyAddsOfASecond = 1e10;
            isStopped |= _ranks.RequireSameWeights(_network.Parameters, State.Steps, cancellationToken.IsCancellationRequested);
            double work = 3.0 * _network.Architecture.MultiplyAdds * _miniBatchSize; // forward, and twice as much backward
            _nextAgreement = State.Steps
                + (_step.Share is null ? (long)Math.Clamp(MultiplyAddsOfASecond / work, 1, 10_000) : 100);
        }

        if (isStopped)
            throw new OperationCanceledException(cancellationToken);
        if (_step.Share is { } share)
            share.IsStopWanted = cancellationToken.IsCancellationRequested;
    }

    private void CountProgress(int examples)
    {
        const int ReportsAnEpoch = 100; // a report for each step would be slower than a small network's step
        _trained += examples;
        if (_trained - _reported < _order.Length / ReportsAnEpoch)
            return;
        _reported = _trained;
        _options.Progress?.Report(_trained);
    }

    /// <summary>As many mini-batches as the step accepts at once, but none beyond the next call of BetweenSteps.</summary>
    private MiniBatches NextMiniBatches()
    {
        int left = (_order.Length - State.ExamplesDone + _miniBatchSize - 1) / _miniBatchSize,
            count = Math.Min(_rates.Length, left);
        if (_options.BetweenSteps is not null)
            count = (int)Math.Min(count, _nextCall - State.Steps);
        if (_ranks is not null)
            count = (int)Math.Min(count, _nextAgreement - State.Steps);
        for (int i = 0; i < count; i++)
            _rates[i] = RateAt(State.ExamplesDone + i * _miniBatchSize);
        ArraySegment<int> rest = new ArraySegment<int>(_order)[State.ExamplesDone..];
        return new MiniBatches(
            rest,
            _miniBatchSize,
            _rates.AsMemory(0, count),
            State.Steps,
            State.ExamplesDone,
            State.EpochSeed,
            IsAugmentedEpoch);
    }

    private Action<int, Span<float>> Distorting(Augmentation augmentation, LabelledImages images) => (example, image) =>
    {
        if (IsAugmentedEpoch)
            augmentation.Apply(image, images.Height, images.Width, State.EpochSeed, example);
    };

    private double RateAt(int examplesDone) =>
        _options.LearningRate
        * _options.Schedule.FactorAt(State.Epoch + (double)examplesDone / _order.Length, _options.Epochs, State.Stalls);
}
