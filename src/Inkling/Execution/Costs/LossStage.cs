using Inkling.Execution.Stages;
using Inkling.Numerics;

namespace Inkling.Execution.Costs;

/// <summary>
/// The cost behind the last layer: C forward, and backward BP1, the errors from which all others are computed (Nielsen,
/// chapters 2 and 3).
/// </summary>
/// <param name="outputs">The outputs of the last layer.</param>
/// <param name="shards">How the sum over a mini-batch is divided.</param>
internal abstract class LossStage(Activations outputs, Shards shards) : Stage(outputs, outputs, goesBack: true)
{
    /// <summary>Where the targets come from, set before each mini-batch.</summary>
    public Examples? Examples { get; set; }

    /// <summary>[items]: the mini-batch.</summary>
    public ArraySegment<int> MiniBatch { get; set; }

    /// <summary>The factor by which the gradient is multiplied.</summary>
    public float Scale { get; set; }

    /// <summary>The share of each target spread evenly over all outputs, 0 to 1 (Szegedy et al., arXiv 1512.00567).</summary>
    public double LabelSmoothing { get; set; }

    /// <summary>Σ C_x over the mini-batch.</summary>
    public double Sum { get; private set; }

    /// <summary>Whether the errors are already those of the last layer's weighted inputs, ∂C/∂z.</summary>
    public abstract bool IncludesLastSlope { get; }

    /// <summary>Creates the stage of a cost.</summary>
    /// <param name="cost">Which cost.</param>
    /// <param name="outputs">The outputs of the last layer.</param>
    /// <param name="miniBatchSize">The most examples.</param>
    /// <param name="shards">How sums over a mini-batch are divided.</param>
    /// <param name="threads">The most threads.</param>
    public static LossStage Of(Cost cost, Activations outputs, int miniBatchSize, Shards shards, int threads) =>
        cost == Cost.Ctc
            ? new CtcLossStage(outputs, miniBatchSize, shards, threads) { Name = "the cost" }
            : new TargetLossStage(outputs, cost, miniBatchSize, shards) { Name = "the cost" };

    /// <summary>Adds up the cost of each example into <see cref="Sum"/>: in each shard, then along the tree of shards.</summary>
    /// <param name="work">The mini-batch.</param>
    /// <param name="costs">[items].</param>
    protected void AddUp(in StageWork work, ReadOnlySpan<double> costs)
    {
        Span<double> sums = stackalloc double[shards.Count];
        sums.Clear();
        (int first, int last) = work.OwnShards(shards);
        for (int shard = first; shard < last; shard++)
        {
            (int start, int end) = work.ItemsOf(shards, shard);
            for (int i = start; i < end; i++)
                sums[shard] += costs[i];
        }

        work.Share?.Gather(sums);
        Sum = shards.Add(sums);
    }
}

/// <summary>
/// The costs that compare outputs with a target. With the cross-entropy behind sigmoids and the log-likelihood behind softmax,
/// ∂C/∂z = a - y, so that the last layer's derivative is left out.
/// </summary>
internal sealed class TargetLossStage(Activations outputs, Cost cost, int miniBatchSize, Shards shards)
    : LossStage(outputs, shards)
{
    private readonly int _outputs = outputs.Layout.Channels;
    private readonly float[] _targets = new float[checked(miniBatchSize * outputs.Layout.Channels)]; // [miniBatch, outputs]
    private readonly double[] _costs = new double[miniBatchSize];

    public override bool IncludesLastSlope => cost != Cost.Quadratic;

    public override void Forward(in StageWork work)
    {
        for (int i = 0; i < work.Items; i++)
        {
            Span<float> target = TargetOf(i);
            Examples!.CopyTarget(MiniBatch[i], target);
            if (LabelSmoothing > 0)
                CostFunctions.Smooth(target, LabelSmoothing);
            _costs[i] = CostFunctions.Of(cost, target, Output.ValuesOf(i)[.._outputs]);
        }

        AddUp(work, _costs.AsSpan(0, work.Items));
    }

    public override void PropagateBack(in StageWork work)
    {
        for (int i = 0; i < work.Items; i++)
        {
            ReadOnlySpan<float> a = Output.ValuesOf(i), target = TargetOf(i);
            Span<float> errors = Output.ErrorsOf(i);
            for (int j = 0; j < target.Length; j++)
                errors[j] = Scale * (a[j] - target[j]);
        }
    }

    private Span<float> TargetOf(int item) => _targets.AsSpan(item * _outputs, _outputs);
}
