using ILGPU;
using ILGPU.Runtime;
using Inkling.Layers;
using Inkling.Numerics.Kernels;
using Inkling.Training;

namespace Inkling.Gpu;

/// <summary>The images of a sweep in a device's memory, and the training of networks there.</summary>
internal sealed class DeviceSweep : IDisposable
{
    private readonly Accelerator _accelerator;
    private readonly int _threads;
    private readonly SweepOptions _options;
    private readonly DeviceImages _training;
    private readonly DeviceImages? _test;

    private readonly TrainEpoch _trainEpoch;
    private readonly CountRight _countRight;

    public DeviceSweep(Accelerator accelerator, int threads, LabelledImages training, SweepOptions options)
    {
        (_accelerator, _threads, _options) = (accelerator, threads, options);
        _training = new DeviceImages(accelerator, training);
        _test = options.TestData is { } test ? new DeviceImages(accelerator, test) : null;
        (_trainEpoch, _countRight) = accelerator.AcceleratorType switch
        {
            AcceleratorType.Cuda => Load<CudaMath>(),
            AcceleratorType.OpenCL => Load<CompilerMath>(),
            _ => Load<EmulatedMath>(),
        };

        (TrainEpoch, CountRight) Load<TMath>()
            where TMath : struct, IDeviceMath => (
                new TrainEpoch(accelerator.LoadStreamKernel<
                    SweepShape, SweepImages, ArrayView<float>, ArrayView<float>, ArrayView<ulong>, ArrayView<int>>(
                    SweepKernels<TMath>.TrainEpoch)),
                new CountRight(accelerator.LoadStreamKernel<SweepShape, SweepImages, ArrayView<float>, ArrayView<int>>(
                    SweepKernels<TMath>.CountRight)));
    }

    private delegate void TrainEpoch(
        KernelConfig blocks,
        SweepShape shape,
        SweepImages images,
        ArrayView<float> parameters,
        ArrayView<float> scales,
        ArrayView<ulong> random,
        ArrayView<int> order);

    private delegate void CountRight(
        KernelConfig blocks, SweepShape shape, SweepImages images, ArrayView<float> parameters, ArrayView<int> right);

    /// <summary>Whether a caller's method runs, whose exceptions are not the device's.</summary>
    public bool IsCalling { get; private set; }

    /// <summary>The first network that diverged, in one line; null where none did.</summary>
    public string? Diverged { get; private set; }

    /// <summary>How many networks like one fit into half of the device's memory.</summary>
    public int MostTogether(Network network)
    {
        long each = sizeof(float) * ((long)network.Parameters.Span.Length + _training.Count);
        long most = Math.Min(Array.MaxLength / network.Parameters.Span.Length, 1 << 16); // copied as one array
        return (int)Math.Clamp(_accelerator.MemorySize / 2 / each, 1, most);
    }

    /// <summary>Trains the networks of some runs, which have the same number of hidden neurons.</summary>
    public void Train(int[] together, IReadOnlyList<SweepRun> runs, Network[] networks, CancellationToken cancellationToken)
    {
        SweepShape shape = ShapeOf(networks[together[0]]);
        int last = _training.Count % _options.MiniBatchSize is var rest and > 0 ? rest : shape.MiniBatch;
        float[] values = new float[together.Length * shape.Parameters];
        for (int n = 0; n < together.Length; n++)
            networks[together[n]].Parameters.Span.CopyTo(values.AsSpan(n * shape.Parameters));
        using MemoryBuffer1D<float, Stride1D.Dense> parameters = _accelerator.Allocate1D(values);
        using MemoryBuffer1D<float, Stride1D.Dense> scales = _accelerator.Allocate1D(together
            .SelectMany(i => new[] { ScaleOf(runs[i], shape.MiniBatch), ScaleOf(runs[i], last) }).ToArray());
        using MemoryBuffer1D<ulong, Stride1D.Dense> random = _accelerator.Allocate1D(
            together.SelectMany(i => networks[i].Random.Save()[..4]).ToArray());
        using MemoryBuffer1D<int, Stride1D.Dense> order =
            _accelerator.Allocate1D<int>((long)together.Length * _training.Count);
        using MemoryBuffer1D<int, Stride1D.Dense> right = _accelerator.Allocate1D<int>(together.Length);
        KernelConfig blocks = new(together.Length, _threads);
        for (int epoch = 0; epoch < _options.Epochs; epoch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _trainEpoch(blocks, shape, _training.Views, parameters.View, scales.View, random.View, order.View);
            if (_test is not null)
            {
                right.MemSetToZero();
                _countRight(blocks, shape with { Examples = _test.Count }, _test.Views, parameters.View, right.View);
            }

            _accelerator.Synchronize();
            SweepEpoch ended = new(together, epoch, _test is null ? [] : right.GetAsArray1D());
            Call(() => _options.OnEpoch?.Invoke(ended));
        }

        parameters.CopyToCPU(values);
        ulong[] states = random.GetAsArray1D();
        for (int n = 0; n < together.Length; n++)
        {
            Network network = networks[together[n]];
            values.AsSpan(n * shape.Parameters, shape.Parameters).CopyTo(network.Parameters.Span);
            ulong[] state = network.Random.Save();
            states.AsSpan(4 * n, 4).CopyTo(state);
            network.Random.CopyFrom(Numerics.RandomStream.Restore(state));
            network.History = TrainingHistory.Append(
                network.History, TrainingHistory.Describe(OptionsOf(runs[together[n]]), _options.Epochs, _training.Count, null));
            int run = together[n];
            if (FiniteParameters.FirstNotFinite(network.Parameters) is { } lost)
            {
                (int hidden, double rate, int seed) = runs[run];
                Diverged ??= FormattableString.Invariant(
                    $"The network of {hidden} hidden neurons, learning rate {rate} and seed {seed} diverged: ")
                    + $"{lost} is not finite. Use a smaller learning rate.";
            }
            else
            {
                Call(() => _options.OnTrained?.Invoke(run, network));
            }
        }
    }

    public void Dispose()
    {
        _training.Dispose();
        _test?.Dispose();
    }

    private void Call(Action method)
    {
        IsCalling = true;
        method();
        IsCalling = false;
    }

    private TrainingOptions OptionsOf(SweepRun run) => new()
    {
        Epochs = _options.Epochs, MiniBatchSize = _options.MiniBatchSize, LearningRate = run.LearningRate,
    };

    /// <summary>-η/m, rounded as the CPU's step rounds it.</summary>
    private static float ScaleOf(SweepRun run, int miniBatch) => (float)(-run.LearningRate / miniBatch);

    private SweepShape ShapeOf(Network network)
    {
        WeightedLayer lower = network.WeightedLayers[0], upper = network.WeightedLayers[1];
        return new SweepShape
        {
            Inputs = lower.Inputs,
            Hidden = lower.Neurons,
            Stride = lower.Stride,
            Outputs = upper.Neurons,
            Parameters = network.Parameters.Span.Length,
            LowerWeights = lower.WeightRange.Start.Value,
            UpperWeights = upper.WeightRange.Start.Value,
            MiniBatch = Math.Min(_options.MiniBatchSize, _training.Count),
            Examples = _training.Count,
        };
    }

    /// <summary>Labelled images in the device's memory.</summary>
    private sealed class DeviceImages : IDisposable
    {
        private readonly MemoryBuffer1D<int, Stride1D.Dense> _starts;
        private readonly MemoryBuffer1D<ulong, Stride1D.Dense> _entries;
        private readonly MemoryBuffer1D<byte, Stride1D.Dense> _levels, _labels;
        private readonly MemoryBuffer1D<float, Stride1D.Dense> _valueOf;

        public DeviceImages(Accelerator accelerator, LabelledImages images)
        {
            SparseRows rows = images.SparseInputs;
            Count = images.Count;
            _starts = accelerator.Allocate1D(rows.Starts.ToArray());
            _entries = accelerator.Allocate1D((ulong[])[.. rows.Fours, 0]); // never empty
            _levels = accelerator.Allocate1D(images.AllPixels.ToArray());
            _labels = accelerator.Allocate1D(images.Labels.ToArray());
            _valueOf = accelerator.Allocate1D(rows.Values.ToArray());
        }

        public int Count { get; }

        public SweepImages Views => new()
        {
            Starts = _starts.View,
            Entries = _entries.View,
            Levels = _levels.View,
            ValueOf = _valueOf.View,
            Labels = _labels.View,
        };

        public void Dispose()
        {
            _starts.Dispose();
            _entries.Dispose();
            _levels.Dispose();
            _labels.Dispose();
            _valueOf.Dispose();
        }
    }
}
