using System.Diagnostics;
using Inkling.Execution.Costs;
using Inkling.Execution.Stages;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Kernels;
using Inkling.Numerics.Threads;

namespace Inkling.Execution;

/// <summary>
/// Stochastic gradient descent for networks like Nielsen's: one hidden layer, images most of whose pixels are 0, and small
/// mini-batches. The equations are those of <see cref="Backpropagation"/>; the hidden neurons are divided among the threads in
/// panels of sixteen.
/// </summary>
/// <remarks>
/// A panel's weights fit into the L1 cache of the core that owns it. In the forward pass, each panel's contribution to the
/// weighted inputs of the output layer is summed separately; the contributions are all that the threads exchange, once for
/// each mini-batch. Each thread then computes the outputs and their errors itself, which takes less time than waiting for
/// them, and propagates back through its own panels, whose weights no other thread touches. The contributions are added in
/// the order of the panels, so that the result does not depend on the number of threads. (docs/performance.md)
/// </remarks>
internal sealed class TwoLayerDescent : IDisposable
{
    // With 64 examples a mini-batch has more than one shard (PassSettings.Shards), and its sums another order.
    private const int MostExamples = 63, Panel = Rows.Panel;

    private readonly Examples _examples;
    private readonly SparseRows _inputs;
    private readonly WeightedLayer _lower, _upper;
    private readonly int _outputs, _panels;
    private readonly Cost _cost;
    private readonly ActivationFunction _hidden;
    private readonly Layer _last;

    // [2, panels, examples, 16]: those of one mini-batch may be read while the next one's are written.
    private readonly AlignedBuffer _contributions;

    private readonly AlignedBuffer _zeros = new(Panel);
    private readonly Scratch[] _scratch;
    private readonly Workers _workers;
    private readonly SpinBarrier _barrier;
    private readonly Action<int, int, int> _descend;
    private ArraySegment<int> _order;
    private ReadOnlyMemory<float> _scales;
    private int _miniBatchSize;
    private int _participants; // threads used in this call
    private long _step;
    private double _costSum;

    public TwoLayerDescent(ParameterBuffer parameters, Examples examples, int threads)
    {
        IReadOnlyList<Layer> layers = parameters.Architecture.Layers;
        _cost = parameters.Architecture.Cost;
        _examples = examples;
        _inputs = examples.SparseInputs;
        _lower = (WeightedLayer)parameters.All[0]!;
        _upper = (WeightedLayer)parameters.All[2]!;
        _outputs = _upper.Neurons;
        _panels = _lower.Stride / Panel;
        _hidden = ((Layer.Activation)layers[1]).Function;
        _last = layers[3];
        int shares = Math.Min(threads, _panels);
        _contributions = new AlignedBuffer(2 * _panels * MostExamples * Panel);
        _scratch = [.. Enumerable.Range(0, shares).Select(_ => new Scratch(_panels, _outputs))];
        _workers = new Workers(shares);
        _barrier = new SpinBarrier(shares);
        _descend = (_, start, end) =>
        {
            for (int share = start; share < end; share++)
            {
                try
                {
                    Descend(share);
                }
                catch
                {
                    _barrier.Break(); // otherwise the other threads would wait for this one forever
                    throw;
                }
            }
        };
    }

    /// <summary>How many threads share the hidden neurons.</summary>
    public int Threads => _scratch.Length;

    /// <summary>Decides between all threads and one; the result does not depend on it.</summary>
    public ThreadChoice Choice { get; } = new();

    /// <summary>The share of each target that is spread evenly over all outputs, 0 to 1.</summary>
    public double LabelSmoothing { get; set; }

    /// <summary>Whether a network, its examples and its mini-batches are of the kind that this class can train.</summary>
    public static bool Suits(ParameterBuffer parameters, Examples examples, int miniBatchSize) =>
        examples.IsSparse && miniBatchSize <= MostExamples && parameters.Architecture.Output.Size <= Panel
        && parameters.Architecture.Layers is
        [
            Layer.Dense,
            Layer.Activation { Function: not ActivationFunction.Silu },
            Layer.Dense,
            Layer.Softmax or Layer.Activation { Function: not ActivationFunction.Silu }
        ];

    public void Dispose() => _workers.Dispose();

    /// <summary>Takes one step for each of several mini-batches, in order.</summary>
    /// <param name="order">Which examples, mini-batch after mini-batch; the last mini-batch may have fewer.</param>
    /// <param name="miniBatchSize">Examples in a mini-batch.</param>
    /// <param name="scales">For each mini-batch, the factor by which its gradient is multiplied: -η/m.</param>
    /// <returns>Σ C_x over all examples, each mini-batch's sum before its step.</returns>
    public double Descend(ArraySegment<int> order, int miniBatchSize, ReadOnlyMemory<float> scales)
    {
        (_order, _miniBatchSize, _scales, _costSum) = (order, miniBatchSize, scales, 0);
        _participants = Choice.IsAlone ? 1 : _scratch.Length;
        if (_barrier.IsBroken)
            throw new InvalidOperationException("An earlier step has failed on one of the threads.");
        long start = Stopwatch.GetTimestamp();
        TimeSpan waited = _barrier.Waited;
        if (_participants == 1)
            _descend(0, 0, 1);
        else
            _workers.Split(_participants, _descend);
        if (_scratch.Length > 1)
        {
            TimeSpan waiting = (_barrier.Waited - waited) / Math.Max(1, _participants - 1); // all but one can wait at a time
            Choice.Report(order.Count, Stopwatch.GetElapsedTime(start), waiting);
        }

        _step += scales.Length;
        return _costSum;
    }

    /// <summary>One thread's part of all steps.</summary>
    private void Descend(int share)
    {
        int first = share * _panels / _participants, end = (share + 1) * _panels / _participants;
        for (int panel = first; panel < end; panel++)
            _scratch[share].Transpose(UpperWeightsOf(panel), panel);
        for (int step = 0; step < _scales.Length; step++)
        {
            int start = step * _miniBatchSize, next = Math.Min(start + _miniBatchSize, _order.Count),
                half = (int)((_step + step) & 1) * _panels;
            ReadOnlySpan<int> miniBatch = _order.AsSpan(start, next - start),
                nextBatch = _order.AsSpan(next, Math.Min(_miniBatchSize, _order.Count - next));
            for (int panel = first; panel < end; panel++)
            {
                ForwardPanel(
                    _scratch[share],
                    panel,
                    miniBatch,
                    panel == first ? nextBatch[..(nextBatch.Length / 2)] : default,
                    ContributionsOf(half + panel, miniBatch.Length));
            }

            _barrier.Arrive(share, _step + step + 1);
            for (int i = next + nextBatch.Length; i < Math.Min(next + 2 * _miniBatchSize, _order.Count); i++)
                _inputs.PrefetchOffset(_order[i]);
            if (!_barrier.Wait(share, _participants, _step + step + 1))
                return; // another thread has failed; its exception reaches the caller
            double cost = FindErrors(_scratch[share], half, miniBatch, _scales.Span[step]);
            if (share == 0)
                _costSum += cost;
            for (int panel = first; panel < end; panel++)
                BackwardPanel(_scratch[share], panel, miniBatch, panel == first ? nextBatch[(nextBatch.Length / 2)..] : default);
        }
    }

    private Span<float> ContributionsOf(int panel, int count) =>
        _contributions.Slice(panel * MostExamples * Panel, count * Panel);

    /// <summary>
    /// Computes the activations of a panel and their contribution to the weighted inputs of the output layer. The output layer's
    /// biases are part of panel 0's.
    /// </summary>
    private void ForwardPanel(
        Scratch scratch, int panel, ReadOnlySpan<int> miniBatch, ReadOnlySpan<int> next, Span<float> contributions)
    {
        Span<float> a = scratch.ActivationsOf(panel, miniBatch.Length);
        SparseProducts.RowsTimesPanels(
            _inputs, miniBatch, WeightsOf(panel), _lower.PaddedBiases.Slice(panel * Panel, Panel), a, 0, 1, next);
        ActivationStage.Apply(_hidden, a);
        PanelSquares.Multiply(
            a, NeuronsOf(panel), UpperWeightsOf(panel), panel == 0 ? _upper.PaddedBiases : _zeros.Span, contributions);
    }

    /// <summary>BP1: the output layer's errors, from the contributions of all panels.</summary>
    private double FindErrors(Scratch scratch, int firstPanel, ReadOnlySpan<int> miniBatch, float scale)
    {
        int length = miniBatch.Length * Panel;
        Span<float> a = scratch.Outputs.Slice(0, length),
            errors = scratch.Errors.Slice(0, length),
            targets = scratch.Targets.Slice(0, length);
        ContributionsOf(firstPanel, miniBatch.Length).CopyTo(a);
        for (int panel = 1; panel < _panels; panel++)
            Vectors.Add(ContributionsOf(firstPanel + panel, miniBatch.Length), a);
        if (_last is Layer.Activation activation)
            ActivationStage.Apply(activation.Function, a);
        for (int i = 0; i < miniBatch.Length; i++)
        {
            Span<float> target = targets.Slice(i * Panel, _outputs);
            _examples.CopyTarget(miniBatch[i], target);
            if (LabelSmoothing > 0)
                CostFunctions.Smooth(target, LabelSmoothing);
            if (_last is Layer.Softmax)
                Elementwise.Softmax(a.Slice(i * Panel, Panel), _outputs);
        }

        double cost = Vectors.SquaredDistance(a, targets, scratch.IsOutput.Span, scale, errors) / 2;
        if (_cost == Cost.Quadratic)
        {
            ActivationStage.MultiplyByDerivative(((Layer.Activation)_last).Function, a, errors);
            return cost;
        }

        cost = 0;
        for (int i = 0; i < miniBatch.Length; i++)
            cost += CostFunctions.Of(_cost, targets.Slice(i * Panel, _outputs), a.Slice(i * Panel, _outputs));
        return cost;
    }

    /// <summary>
    /// BP2 to BP4 for a panel: computes its errors with the upper weights, then updates the upper weights, then its own.
    /// </summary>
    private void BackwardPanel(Scratch scratch, int panel, ReadOnlySpan<int> miniBatch, ReadOnlySpan<int> next)
    {
        ReadOnlySpan<float> errors = scratch.Errors.Slice(0, miniBatch.Length * Panel),
            a = scratch.ActivationsOf(panel, miniBatch.Length);
        Span<float> delta = scratch.Deltas.Slice(0, miniBatch.Length * Panel),
            transposed = scratch.TransposedOf(panel);
        PanelSquares.Multiply(errors, _outputs, transposed, _zeros.Span, delta);
        ActivationStage.MultiplyByDerivative(_hidden, a, delta);
        PanelSquares.AddOuterProducts(a, NeuronsOf(panel), errors, UpperWeightsOf(panel));
        PanelSquares.AddOuterProducts(errors, _outputs, a, transposed);
        for (int o = 0; o < _outputs && NeuronsOf(panel) < Panel; o++)
        {
            // The activations behind the last neuron are σ(0), not 0.
            transposed.Slice(o * Panel, Panel)[NeuronsOf(panel)..].Clear();
        }

        SparseProducts.AddOuterProducts(_inputs, miniBatch, delta, WeightsOf(panel), 0, 1, next);
        if (_lower.HasBias)
            Rows.AddRows(delta, _lower.PaddedBiases.Slice(panel * Panel, Panel));
        if (panel == 0 && _upper.HasBias)
            Rows.AddRows(errors, _upper.PaddedBiases);
    }

    private int NeuronsOf(int panel) => Math.Min(Panel, _lower.Neurons - panel * Panel);

    private Span<float> WeightsOf(int panel) =>
        _lower.Panels.Slice(panel * _inputs.ColumnCount * Panel, _inputs.ColumnCount * Panel);

    private Span<float> UpperWeightsOf(int panel) => _upper.Panels.Slice(panel * Panel * Panel, NeuronsOf(panel) * Panel);

    /// <summary>The working memory of one thread; no other thread reads it.</summary>
    private sealed class Scratch
    {
        private readonly AlignedBuffer _activations, _transposed; // [panels, examples, 16], [panels, outputs, 16]
        private readonly int _outputs;

        public Scratch(int panels, int outputs)
        {
            _outputs = outputs;
            _activations = new AlignedBuffer(panels * MostExamples * Panel);
            _transposed = new AlignedBuffer(panels * outputs * Panel);
            IsOutput.Span[..outputs].Fill(1);
        }

        public AlignedBuffer Outputs { get; } = new(MostExamples * Panel);

        public AlignedBuffer Targets { get; } = new(MostExamples * Panel);

        public AlignedBuffer Errors { get; } = new(MostExamples * Panel);

        public AlignedBuffer Deltas { get; } = new(MostExamples * Panel);

        /// <summary>[16]: 1 for each output, 0 for the padding.</summary>
        public AlignedBuffer IsOutput { get; } = new(Panel);

        public Span<float> ActivationsOf(int panel, int count) => _activations.Slice(panel * MostExamples * Panel, count * Panel);

        /// <summary>
        /// A transposed copy of a panel's upper weights, updated along with them by the same sums: it stays equal to the bit.
        /// </summary>
        public Span<float> TransposedOf(int panel) => _transposed.Slice(panel * _outputs * Panel, _outputs * Panel);

        public void Transpose(ReadOnlySpan<float> upper, int panel)
        {
            TransposedOf(panel).Clear(); // otherwise the padding would depend on which thread had the panel before
            for (int j = 0; j < upper.Length / Panel; j++)
            {
                for (int o = 0; o < _outputs; o++)
                    TransposedOf(panel)[o * Panel + j] = upper[j * Panel + o];
            }
        }
    }
}
