using System.Diagnostics;
using Inkling.Execution;
using Inkling.Execution.Ranks;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Threads;
using Inkling.Training.Optimisers;

namespace Inkling.Training.Steps;

/// <summary>The step for any network: forward and back, stage by stage, then the optimiser; one mini-batch per call.</summary>
internal sealed class StagedStep : ITrainingStep
{
    private readonly ParameterBuffer _parameters;
    private readonly Examples _examples;
    private readonly StepSettings _settings;
    private readonly Backpropagation _pass;
    private readonly Action<int, int, int> _moveAverage;
    private float _keep;

    public StagedStep(ParameterBuffer parameters, Examples examples, StepSettings settings)
    {
        (_parameters, _examples, _settings) = (parameters, examples, settings);
        _pass = new Backpropagation(
            parameters,
            settings.MiniBatchSize,
            settings.Threads,
            isSparse: examples.IsSparse && settings.Distort is null,
            ranks: settings.Ranks)
        {
            LabelSmoothing = settings.LabelSmoothing,
            Distort = settings.Distort,
        };
        Optimiser = settings.IsPlainDescent ? null : new OptimiserState(settings.Optimiser, parameters);
        _moveAverage = (_, start, end) => MoveAverage(start * Rows.Panel, end * Rows.Panel);
    }

    public int MiniBatchesAtOnce => 1;

    public int Threads => _pass.Workers.Count;

    public OptimiserState? Optimiser { get; }

    public RankShare? Share => _pass.Share;

    /// <summary>Decides between all threads and one; the result does not depend on it.</summary>
    public ThreadChoice Choice { get; } = new();

    public double Run(in MiniBatches miniBatches)
    {
        Workers workers = _pass.Workers;
        if (workers.Count == 1)
            return Step(miniBatches);
        (long start, TimeSpan waited) = (Stopwatch.GetTimestamp(), workers.Waited);
        workers.IsAlone = Choice.IsAlone;
        double cost = Step(miniBatches);
        Choice.Report(miniBatches[0].Count, Stopwatch.GetElapsedTime(start), workers.Waited - waited);
        return cost;
    }

    public string? FirstLayerNotFinite(ArraySegment<int> miniBatch)
    {
        if (_pass.Share is not { } share)
            return _pass.FirstLayerNotFinite(miniBatch.Count);
        (int start, int end) = share.ItemsOf(miniBatch.Count);
        return _pass.FirstLayerNotFinite(end - start, share.Group);
    }

    public void Dispose() => _pass.Dispose();

    private double Step(in MiniBatches miniBatches)
    {
        ArraySegment<int> miniBatch = miniBatches[0], next = miniBatches[1];
        double rate = miniBatches.LearningRates.Span[0], cost;
        (long step, long seed, int place) = (miniBatches.StepsBefore + 1, miniBatches.Seed, miniBatches.ExamplesBefore);
        if (Optimiser is null)
        {
            cost = _pass.AddGradient(_examples, miniBatch, (float)(-rate / miniBatch.Count), _parameters, next, seed, place);
        }
        else
        {
            cost = _pass.AddGradient(_examples, miniBatch, 1f / miniBatch.Count, Optimiser.Gradient, next, seed, place);
            Optimiser.Step(rate, _settings.L1, _settings.L2, step, _pass.Workers);
        }

        if (_settings.Average is not null)
        {
            _keep = (float)Math.Min(_settings.AverageDecay, (1.0 + step) / (10 + step));
            _pass.Workers.SplitNumbers(_parameters.Span.Length, _moveAverage);
        }

        return cost;
    }

    /// <summary>
    /// Updates a range of the moving average. The decay, set in <see cref="Step"/>, is lower in the first steps, so that their
    /// poor weights are soon forgotten.
    /// </summary>
    private void MoveAverage(int start, int end)
    {
        ParameterBuffer average = _settings.Average!;
        Vectors.MoveTowards(_parameters.Span[start..end], 1 - _keep, average.Span[start..end]);
        if (start == 0)
            Vectors.MoveTowards(_parameters.Statistics, 1 - _keep, average.Statistics);
    }
}
