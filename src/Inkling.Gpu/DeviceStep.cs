using ILGPU;
using ILGPU.Runtime;
using Inkling.Execution;
using Inkling.Execution.Costs;
using Inkling.Gpu.Kernels;
using Inkling.Gpu.Stages;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Training.Optimisers;
using Inkling.Training.Steps;

namespace Inkling.Gpu;

/// <summary>
/// The training step on a device. Examples, parameters, moments and the average stay there; the processor launches kernels, and
/// waits for them once for several mini-batches, when it reads their outputs and computes their costs.
/// </summary>
internal sealed class DeviceStep : ITrainingStep
{
    private const int MostAtOnce = 64, ExamplesAtOnce = 8192; // mini-batches for which the processor waits once

    private readonly DeviceLease _lease;
    private readonly DeviceMemory _memory;
    private readonly ParameterBuffer _host;
    private readonly Examples _examples;
    private readonly StepSettings _settings;
    private readonly DevicePass _pass;
    private readonly DeviceParameters _parameters;
    private readonly DeviceParameters? _first, _second, _average;
    private readonly InputSource? _inputs; // of examples other than lines
    private readonly DeviceLines? _lines;
    private readonly float[] _targets = [], _outputs = [];
    private readonly Floats _deviceTargets, _deviceOutputs, _empty;
    private readonly ArrayView<int> _order;
    private readonly ArrayView<ParameterPart> _parts;

    private readonly Action<
        AcceleratorStream, KernelConfig, StepNumbers, ArrayView<ParameterPart>, Floats, Floats, Floats, Floats, Floats> _optimise;

    private readonly Action<AcceleratorStream, KernelConfig, float, Floats, Floats> _moveAverage;
    private bool _isWritten; // whether the device has the parameters

    /// <param name="lease">The opened device; given back when the step is disposed of, or cannot be created.</param>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="examples">The training examples.</param>
    /// <param name="settings">How a step is computed.</param>
    public DeviceStep(DeviceLease lease, ParameterBuffer parameters, Examples examples, StepSettings settings)
    {
        (_lease, _host, _examples, _settings) = (lease, parameters, examples, settings);
        DeviceSession session = lease.Session;
        _memory = new DeviceMemory(session.Accelerator);
        try
        {
            LineExamples? lines = examples as LineExamples;
            MiniBatchesAtOnce = lines is null ? Math.Clamp(ExamplesAtOnce / settings.MiniBatchSize, 1, MostAtOnce) : 1;
            int examplesAtOnce = checked(MiniBatchesAtOnce * settings.MiniBatchSize);
            _parameters = new DeviceParameters(_memory, parameters);
            GradientPlan plan = new(_parameters);
            int width = lines?.MaxWidth ?? parameters.Architecture.Input.Width;
            _pass = new DevicePass(session, _memory, parameters, _parameters, settings.MiniBatchSize, width, plan);
            _parts = _memory.Copy<ParameterPart>(plan.Parts);
            Optimiser = settings.IsPlainDescent ? null : new OptimiserState(settings.Optimiser, parameters);
            _first = Optimiser is null ? null : new DeviceParameters(_memory, parameters);
            _second = Optimiser?.Second is null ? null : new DeviceParameters(_memory, parameters);
            _average = settings.Average is null ? null : new DeviceParameters(_memory, parameters);
            _empty = _memory.Allocate<float>(0);
            session.Load(OptimiserKernels.Step, out _optimise);
            session.Load(OptimiserKernels.MoveAverage, out _moveAverage);
            if (lines is not null)
            {
                _lines = new DeviceLines(_pass, lines, parameters.Architecture, settings.MiniBatchSize, settings.Threads);
                return;
            }

            _targets = DeviceExamples.Targets(examples, settings.LabelSmoothing);
            _deviceTargets = _memory.Copy<float>(_targets);
            _outputs = new float[checked(examplesAtOnce * examples.OutputSize)];
            _deviceOutputs = _memory.Allocate<float>(_outputs.Length);
            _order = _memory.Allocate<int>(examplesAtOnce);
            _inputs = InputSource.Of(session, _memory, examples, settings, parameters.Architecture, examplesAtOnce);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int MiniBatchesAtOnce { get; }

    public int Threads => 1;

    public OptimiserState? Optimiser { get; }

    public double Run(in MiniBatches miniBatches)
    {
        MiniBatches all = miniBatches;
        return _lease.Use(() => RunAll(all));
    }

    public void Fetch() => _lease.Use(() =>
    {
        if (!_isWritten)
            return 0;
        _parameters.Read(_host);
        _first?.Read(Optimiser!.First);
        _second?.Read(Optimiser!.Second!);
        _average?.Read(_settings.Average!);
        return 0;
    });

    public string? FirstLayerNotFinite(ArraySegment<int> miniBatch)
    {
        Fetch();
        using Backpropagation pass = new(_host, miniBatch.Count, purpose: PassPurpose.Reading);
        pass.FeedForward(_examples, miniBatch);
        return pass.FirstLayerNotFinite(miniBatch.Count);
    }

    public void Dispose()
    {
        _lease.Free(_memory);
        _lease.Dispose();
    }

    private double RunAll(in MiniBatches miniBatches)
    {
        WriteParameters();
        ArraySegment<int> order = miniBatches.Order[..miniBatches.Examples];
        _examples.RequireIndices(order);
        if (_lines is not null)
            return RunLines(_lines, miniBatches);
        DeviceMemory.Write<int>(_order, order);
        (DeviceInputs inputs, ArrayView<int> inputOrder) = _inputs!.Take(miniBatches, _order);

        int outputs = _examples.OutputSize, place = 0;
        for (int i = 0; i < miniBatches.Count; i++)
        {
            int items = miniBatches[i].Count;
            DeviceWork work = new(items, IsTraining: true, miniBatches.Seed, miniBatches.ExamplesBefore + place);
            _pass.TakeInputs(inputs, inputOrder, place, items);
            _pass.Forward(work);
            _pass.Back(work, _deviceTargets, _order, place, _deviceOutputs.SubView(place * outputs, items * outputs));
            Optimise(miniBatches.LearningRates.Span[i], miniBatches.StepsBefore + i + 1);
            place += items;
        }

        _inputs.Prepare(miniBatches);
        DeviceMemory.Read(_deviceOutputs, _outputs.AsSpan(0, place * outputs));
        double sum = 0;
        for (int i = 0; i < place; i++)
        {
            sum += CostFunctions.Of(
                _host.Architecture.Cost,
                _targets.AsSpan(order[i] * outputs, outputs),
                _outputs.AsSpan(i * outputs, outputs));
        }

        return sum;
    }

    /// <summary>One mini-batch of lines, whose errors the processor computes from its outputs.</summary>
    private double RunLines(DeviceLines lines, in MiniBatches miniBatches)
    {
        ArraySegment<int> miniBatch = miniBatches[0];
        DeviceWork work = new(miniBatch.Count, IsTraining: true, miniBatches.Seed, miniBatches.ExamplesBefore);
        lines.Take(miniBatch);
        _pass.Forward(work);
        double cost = lines.FindErrors(miniBatch);
        _pass.Back(work);
        Optimise(miniBatches.LearningRates.Span[0], miniBatches.StepsBefore + 1);
        return cost;
    }

    private void WriteParameters()
    {
        if (_isWritten)
            return;
        _parameters.Write(_host);
        _first?.Write(Optimiser!.First);
        _second?.Write(Optimiser!.Second!);
        _average?.Write(_settings.Average!);
        _isWritten = true;
    }

    private void Optimise(double rate, long step)
    {
        StepNumbers numbers = new()
        {
            Rate = (float)rate,
            L1 = (float)_settings.L1,
            L2 = (float)_settings.L2,
            HasAverage = _average is null ? 0 : 1,
            Renewed = 1 - (float)Math.Min(_settings.AverageDecay, (1.0 + step) / (10 + step)),
        };
        switch (_settings.Optimiser)
        {
            case Optimiser.Adam adam:
                numbers.Kind = StepNumbers.Adam;
                (numbers.Beta1, numbers.Beta2) = ((float)adam.Beta1, (float)adam.Beta2);
                (numbers.Epsilon, numbers.WeightDecay) = ((float)adam.Epsilon, (float)adam.WeightDecay);
                numbers.Correction1 = (float)(1 / (1 - PortableMath.Exp(step * PortableMath.Log(adam.Beta1))));
                numbers.Correction2 = (float)(1 / (1 - PortableMath.Exp(step * PortableMath.Log(adam.Beta2))));
                break;
            case Optimiser.Sgd sgd:
                numbers.Mu = (float)sgd.Momentum;
                numbers.Kind = Optimiser is null ? StepNumbers.Plain
                    : sgd.Nesterov ? StepNumbers.Nesterov
                    : StepNumbers.Momentum;
                break;
        }

        DeviceSession session = _lease.Session;
        Floats values = _parameters.Values, statistics = _parameters.Statistics;
        _optimise(
            session.Stream,
            session.Elements(values.IntLength),
            numbers,
            _parts,
            _pass.Gradient,
            values,
            _first?.Values ?? _empty,
            _second?.Values ?? _empty,
            _average?.Values ?? _empty);
        if (_average is not null && statistics.Length > 0)
        {
            KernelConfig blocks = session.Elements(statistics.IntLength);
            _moveAverage(session.Stream, blocks, numbers.Renewed, statistics, _average.Statistics);
        }
    }
}
