using Inkling.Execution.Stages;
using Inkling.Numerics;

namespace Inkling.Execution.Costs;

/// <summary>
/// CTC behind softmax: the cost of a string is that of all its alignments with the columns of the outputs
/// (<see cref="CtcAlignments"/>). ∂C/∂z = a - γ is computed with the cost, on all threads.
/// </summary>
internal sealed class CtcLossStage : LossStage
{
    private readonly double[] _costs;
    private readonly CtcAlignments[] _alignments; // one for each thread
    private readonly Action<int, int, int> _align;

    public CtcLossStage(Activations outputs, int miniBatchSize, Shards shards, int threads)
        : base(outputs, shards)
    {
        _costs = new double[miniBatchSize];
        (int classes, int pitch) = (outputs.Layout.Channels, outputs.Layout.Pitch);
        _alignments = [.. Enumerable.Range(0, threads).Select(_ => new CtcAlignments(classes, pitch))];
        _align = (worker, start, end) =>
        {
            for (int i = start; i < end; i++)
                _costs[i] = Align(_alignments[worker], i);
        };
    }

    public override bool IncludesLastSlope => true;

    /// <summary>Computes the cost, and with it the errors.</summary>
    public override void Forward(in StageWork work)
    {
        work.Workers.Split(work.Items, _align);
        AddUp(work, _costs.AsSpan(0, work.Items));
    }

    public override void PropagateBack(in StageWork work)
    {
    }

    private double Align(CtcAlignments alignments, int item)
    {
        int index = MiniBatch[item];
        ReadOnlySpan<byte> label = ((LineExamples)Examples!).LabelOf(index);
        double cost = alignments.CostOf(Output.ValuesOf(item), Output.WidthOf(item), label, index);
        alignments.WriteErrors(Output.ValuesOf(item), Scale, Output.ErrorsOf(item));
        return cost;
    }
}
