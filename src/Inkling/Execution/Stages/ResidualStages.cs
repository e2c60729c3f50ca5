using Inkling.Numerics;

namespace Inkling.Execution.Stages;

/// <summary>
/// The end of a residual connection: y = x + what went into the layers that it goes around. Back, x has y's errors, and so has
/// the other: <see cref="BranchStage"/> adds them there.
/// </summary>
/// <remarks>He, Zhang, Ren and Sun, arXiv 1512.03385, section 3.</remarks>
internal sealed class AddStage : Stage
{
    private readonly Action<int, int, int> _forward, _back;

    /// <param name="input">What the layers gave.</param>
    /// <param name="around">What went into them.</param>
    /// <param name="goesBack">Whether anything before it learns.</param>
    /// <param name="miniBatchSize">The most examples.</param>
    /// <exception cref="ArgumentException">The layouts differ.</exception>
    public AddStage(Activations input, Activations around, bool goesBack, int miniBatchSize)
        : base(input, new Activations(input.Layout, miniBatchSize), goesBack)
    {
        if (around.Layout != input.Layout)
            throw new ArgumentException($"{around.Layout} cannot be added to {input.Layout}.", nameof(around));
        _forward = (_, start, end) =>
        {
            for (int i = start; i < end; i++)
            {
                Input.ValuesOf(i).CopyTo(Output.ValuesOf(i));
                Vectors.Add(around.ValuesOf(i), Output.ValuesOf(i));
            }
        };
        _back = (_, start, end) =>
        {
            for (int i = start; i < end; i++)
                Output.ErrorsOf(i).CopyTo(Input.ErrorsOf(i));
        };
    }

    public override void Forward(in StageWork work) => work.ForEachItem(Output.Layout.Stride, _forward);

    public override void PropagateBack(in StageWork work) => work.ForEachItem(Output.Layout.Stride, _back);
}

/// <summary>
/// The beginning of a residual connection, in place: nothing forward; back, once the layers that it goes around have written
/// their input's errors, adds those of the connection's end.
/// </summary>
internal sealed class BranchStage : Stage
{
    private readonly Action<int, int, int> _back;

    public BranchStage(Activations inPlace, bool goesBack)
        : base(inPlace, inPlace, goesBack) =>
        _back = (_, start, end) =>
        {
            for (int i = start; i < end; i++)
                Vectors.Add(End!.Output.ErrorsOf(i), Input.ErrorsOf(i));
        };

    /// <summary>Where the connection ends; set before the first mini-batch.</summary>
    public AddStage? End { get; set; }

    public override void Forward(in StageWork work)
    {
    }

    public override void PropagateBack(in StageWork work) => work.ForEachItem(Output.Layout.Stride, _back);
}
