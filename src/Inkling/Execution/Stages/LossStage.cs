using Inkling.Numerics;

namespace Inkling.Execution.Stages;

/// <summary>
/// The cost behind the last layer: C forward, and backward BP1, the errors from which all others are computed (Nielsen,
/// chapters 2 and 3). With the cross-entropy behind sigmoids and the log-likelihood behind softmax, ∂C/∂z = a - y, so that the
/// last layer's derivative is left out.
/// </summary>
internal sealed class LossStage : Stage
{
    private readonly Cost _cost;
    private readonly float[] _targets; // [miniBatch, outputs]
    private readonly int _outputs;
    private readonly Shards _shards;

    public LossStage(Activations outputs, Cost cost, int miniBatchSize, Shards shards)
        : base(outputs, outputs, goesBack: true)
    {
        _cost = cost;
        _shards = shards;
        _outputs = outputs.Layout.Channels;
        _targets = new float[checked(miniBatchSize * _outputs)];
        Name = "the cost";
    }

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
    public bool IncludesLastSlope => _cost != Cost.Quadratic;

    public override void Forward(in StageWork work)
    {
        Span<double> sums = stackalloc double[_shards.Count];
        sums.Clear();
        for (int shard = 0; shard < sums.Length; shard++)
        {
            (int start, int end) = _shards.ItemsOf(shard, work.Items);
            for (int i = start; i < end; i++)
            {
                Span<float> target = TargetOf(i);
                Examples!.CopyTarget(MiniBatch[i], target);
                if (LabelSmoothing > 0)
                    CostFunctions.Smooth(target, LabelSmoothing);
                sums[shard] += CostFunctions.Of(_cost, target, Output.ValuesOf(i)[.._outputs]);
            }
        }

        Sum = _shards.Add(sums);
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
