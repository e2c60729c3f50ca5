using Inkling.Execution;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Training.Optimisers;

namespace Inkling.Training;

/// <summary>
/// One training: epochs of shuffled mini-batches, a step for each. What it has come to between two steps is all there is to
/// know to go on (<see cref="Checkpoint"/>).
/// </summary>
internal sealed class Trainer : IDisposable
{
    private const int MiniBatchesAtOnce = 64; // between two looks at whether to go on

    private readonly Network _network;
    private readonly Examples _training;
    private readonly TrainingOptions _options;
    private readonly Backpropagation? _pass; // null where there is a descent
    private readonly TwoLayerDescent? _descent;
    private readonly OptimiserState? _optimiser; // null where the gradient goes straight into the weights
    private readonly Network? _average;
    private readonly int[] _order;
    private readonly int _miniBatchSize;
    private readonly float[] _scales = [];
    private readonly Action<int, int, int>? _moveAverage;
    private long _nextCall; // the number of steps from which on the caller is asked again

    public Trainer(Network network, Examples training, TrainingOptions options)
    {
        TrainingOptions.Require(options);
        foreach (Examples examples in new[] { training, options.TestData ?? training, options.ValidationData ?? training })
            NetworkEvaluation.RequireFit(network, examples);
        if (options.ValidationData is null && options.StopsEarly)
            throw new ArgumentException("Stopping early, and halving the learning rate on a stall, need validation data.", nameof(options));
        if (training.Count == 0)
            throw new ArgumentException("There are no examples to learn from.", nameof(training));
        if (options.Augmentation is not null && training is not LabelledImages)
            throw new ArgumentException("Only images can be augmented.", nameof(options));
        _network = network;
        State.History = network.History;
        _training = training;
        _options = options;
        _miniBatchSize = Math.Min(options.MiniBatchSize, training.Count);
        _order = new int[training.Count];
        bool isPlain = options.Optimiser is Optimiser.Sgd { Momentum: 0 } && options.L1 == 0 && options.L2 == 0;
        if (isPlain && options.WeightAverage == 0 && options.Augmentation is null && TwoLayerDescent.Suits(network.Parameters, training, _miniBatchSize))
        {
            _descent = new TwoLayerDescent(network.Parameters, training, options.Threads) { LabelSmoothing = options.LabelSmoothing };
            _scales = new float[MiniBatchesAtOnce];
            return;
        }

        _pass = new Backpropagation(network.Parameters, _miniBatchSize, options.Threads, isSparse: training.IsSparse && options.Augmentation is null) { LabelSmoothing = options.LabelSmoothing };
        if (options.Augmentation is { } augmentation && training is LabelledImages images)
        {
            _pass.Distort = (example, image) =>
            {
                if (State.Epoch < options.Epochs - options.PlainEpochs)
                    augmentation.Apply(image, images.Height, images.Width, State.EpochSeed, example);
            };
        }

        _optimiser = isPlain ? null : new OptimiserState(options.Optimiser, network.Parameters);
        _average = options.WeightAverage > 0 ? network.Clone() : null;
        _moveAverage = (_, start, end) => MoveAverage(start * Rows.Panel, end * Rows.Panel);
    }

    /// <summary>Where training stands.</summary>
    public TrainingState State { get; } = new();

    /// <summary>What is reported and kept: the average of the weights, where one is made.</summary>
    public Network Result => _average ?? _network;

    public void Dispose()
    {
        _pass?.Dispose();
        _descent?.Dispose();
    }

    public void Run(CancellationToken cancellationToken)
    {
        using Checkpoint? checkpoint = _options.Checkpoint is { } path ? new Checkpoint(path, _network, _average, _optimiser, State, _options, _training) : null;
        EpochReports reports = new(_options, runsBeside: _pass is { Workers.Count: 1 } && _options.Threads > 1 && !NeedsResults);
        checkpoint?.Restore();
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
            checkpoint?.Save();
            throw;
        }
        finally
        {
            reports.Finish();
            if (State.Epoch > 0)
                _network.History = TrainingHistory.Append(State.History, TrainingHistory.Describe(_options, State.Epoch, _training.Count, kept));
        }

        Network end = State.Kept(_options) ?? Result;
        if (end != _network)
            _network.Parameters.CopyFrom(end.Parameters);
    }

    private bool NeedsResults => _options.StopsEarly || _options.Checkpoint is not null;

    private void RunEpoch(CancellationToken cancellationToken)
    {
        if (State.ExamplesDone == 0)
        {
            State.OrderRandom = _network.Random.Clone();
            State.CostSum = 0;
        }

        for (int i = 0; i < _order.Length; i++) // so that an epoch depends on nothing but the network and its stream
            _order[i] = i;
        RandomStream random = State.OrderRandom!.Clone();
        random.Shuffle(_order);
        State.EpochSeed = unchecked((long)random.NextUInt64());
        while (State.ExamplesDone < _order.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_options.BetweenSteps is { } between && State.Steps >= _nextCall)
            {
                double cost = State.ExamplesDone == 0 ? 0 : State.CostSum / State.ExamplesDone;
                _nextCall = State.Steps + Math.Max(1, between(new TrainingMoment(_network, State.Epoch, State.ExamplesDone, cost)));
                cancellationToken.ThrowIfCancellationRequested();
            }

            int done = _descent is null ? Step() : StepsDown(_descent);
            State.ExamplesDone += done;
            if (!double.IsFinite(State.CostSum))
                throw Diagnostics.Diverged(FirstLayerNotFinite(), State, _options);
            _options.Progress?.Add(done);
        }

        // The last step's gradient is in no cost yet.
        if ((FiniteParameters.FirstOther(_network.Parameters) ?? FiniteParameters.FirstOther(Result.Parameters)) is { } lost)
            throw Diagnostics.Diverged(lost, State, _options);
        _network.Random.CopyFrom(random);
    }

    private ArraySegment<int> MiniBatchAt(int start) => new(_order, start, Math.Clamp(_order.Length - start, 0, _miniBatchSize));

    /// <summary>A step; returns how many examples it looked at.</summary>
    private int Step()
    {
        ArraySegment<int> miniBatch = MiniBatchAt(State.ExamplesDone), next = MiniBatchAt(State.ExamplesDone + miniBatch.Count);
        double rate = RateAt(State.ExamplesDone);
        long seed = State.EpochSeed ^ (State.Steps + 1) * 0x5851F42D4C957F2D;
        if (_optimiser is null)
        {
            State.CostSum += _pass!.AddGradient(_training, miniBatch, (float)(-rate / miniBatch.Count), _network.Parameters, next, seed);
        }
        else
        {
            State.CostSum += _pass!.AddGradient(_training, miniBatch, 1f / miniBatch.Count, _optimiser.Gradient, next, seed);
            _optimiser.Step(rate, _options.L1 / _training.Count, _options.L2 / _training.Count, State.Steps + 1, _pass.Workers);
        }

        State.Steps++;
        if (_average is not null)
            _pass.Workers.SplitNumbers(_network.Parameters.Span.Length, _moveAverage!);
        return miniBatch.Count;
    }

    /// <summary>Several steps at once; returns how many examples they looked at.</summary>
    private int StepsDown(TwoLayerDescent descent)
    {
        int steps = 0, start = State.ExamplesDone, end = start;
        long most = _options.BetweenSteps is null ? _scales.Length : Math.Min(_scales.Length, _nextCall - State.Steps);
        for (; steps < most && end < _order.Length; steps++)
        {
            int count = MiniBatchAt(end).Count;
            _scales[steps] = (float)(-RateAt(end) / count);
            end += count;
        }

        State.CostSum += descent.Descend(new ArraySegment<int>(_order, start, end - start), _miniBatchSize, _scales.AsMemory(0, steps));
        State.Steps += steps;
        return end - start;
    }

    private double RateAt(int examplesDone) =>
        _options.LearningRate * _options.Schedule.FactorAt(State.Epoch + (double)examplesDone / _order.Length, _options.Epochs, State.Stalls);

    private string? FirstLayerNotFinite()
    {
        if (_pass is not null)
            return _pass.FirstLayerNotFinite(_miniBatchSize);
        using Backpropagation pass = new(_network.Parameters, _miniBatchSize, isSparse: true);
        pass.FeedForward(_training, MiniBatchAt(Math.Max(0, State.ExamplesDone - _miniBatchSize)));
        return pass.FirstLayerNotFinite(_miniBatchSize);
    }

    /// <summary>The first steps' weights are forgotten faster: they are far from anything worth keeping.</summary>
    private void MoveAverage(int start, int end)
    {
        float keep = (float)Math.Min(_options.WeightAverage, (1.0 + State.Steps) / (10 + State.Steps));
        Vectors.MoveTowards(_network.Parameters.Span[start..end], 1 - keep, _average!.Parameters.Span[start..end]);
        if (start == 0)
            Vectors.MoveTowards(_network.Parameters.Statistics, 1 - keep, _average.Parameters.Statistics);
    }
}

/// <summary>Where a training stands, apart from the weights.</summary>
internal sealed class TrainingState
{
    /// <summary>Epochs finished.</summary>
    public int Epoch { get; private set; }

    /// <summary>Examples learned from in the epoch under way.</summary>
    public int ExamplesDone { get; set; }

    /// <summary>Steps made, over all epochs.</summary>
    public long Steps { get; set; }

    /// <summary>Sum of the costs in the epoch under way.</summary>
    public double CostSum { get; set; }

    /// <summary>The network's stream as it was before the epoch's shuffle: with it, its order can be made again.</summary>
    public RandomStream? OrderRandom { get; set; }

    /// <summary>Of what is drawn for each example of the epoch.</summary>
    public long EpochSeed { get; set; }

    /// <summary>The most correct answers on validation data so far.</summary>
    public int BestValidation { get; private set; } = -1;

    /// <summary>Epochs since then.</summary>
    public int EpochsSinceBest { get; private set; }

    /// <summary>Epochs since the learning rate was halved, or since the best.</summary>
    public int EpochsStalled { get; private set; }

    /// <summary>How often the learning rate was halved.</summary>
    public int Stalls { get; private set; }

    /// <summary>Training ended before its last epoch, since validation had stopped improving.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The epochs finished, where they are needed again; only the best has its network: those of all would fill the memory.</summary>
    public List<EpochResult> Past { get; } = [];

    /// <summary>The network of the epoch that was best on validation data, the first of equal ones; of the last, without such data.</summary>
    public Network? Best { get; private set; }

    /// <summary>Which epoch that is, from 0.</summary>
    public int BestEpoch { get; private set; }

    /// <summary>The history of the network before this training, also where it was interrupted: what is told of the training follows it.</summary>
    public string? History { get; set; }

    /// <summary>Whether nothing is left to train.</summary>
    public bool IsDone(TrainingOptions options) => HasEnded || Epoch >= options.Epochs;

    /// <summary>The best network so far, where training ends with that; null where it ends with the last.</summary>
    public Network? Kept(TrainingOptions options) => options.StopsEarly ? Best : null;

    /// <summary>Comes to where these epochs end, from the beginning.</summary>
    /// <param name="past">The epochs, without networks.</param>
    /// <param name="best">The network of the best of them.</param>
    /// <param name="options">How they were trained.</param>
    public void Repeat(IReadOnlyList<EpochResult> past, Network best, TrainingOptions options)
    {
        foreach (EpochResult result in past)
            Finish(result, options);
        Best = best;
        Past[BestEpoch] = Past[BestEpoch] with { Network = best };
    }

    public void Finish(EpochResult? result, TrainingOptions options)
    {
        Epoch++;
        ExamplesDone = 0;
        if (result is null)
            return;
        bool isBest = result.Validation is not { } score || score.Correct > BestValidation;
        BestValidation = Math.Max(BestValidation, result.Validation?.Correct ?? -1);
        if (isBest)
        {
            if (Past.Count > 0)
                Past[BestEpoch] = Past[BestEpoch] with { Network = null };
            (Best, BestEpoch) = (result.Network, Past.Count);
        }

        Past.Add(isBest ? result : result with { Network = null });
        EpochsSinceBest = isBest ? 0 : EpochsSinceBest + 1;
        EpochsStalled = isBest ? 0 : EpochsStalled + 1;
        if (options.Schedule is Schedule.HalveOnStall halve && EpochsStalled >= halve.Patience)
        {
            HasEnded = Stalls == halve.Halvings;
            Stalls++;
            EpochsStalled = 0;
        }

        HasEnded |= options.Patience > 0 && EpochsSinceBest >= options.Patience;
    }
}
