using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Execution.Stages;

/// <summary>
/// A layer at work on a mini-batch, forward and back. It holds the memory for it, none of what is learned, and nothing
/// that lasts from one mini-batch to the next.
/// </summary>
internal abstract class Stage
{
    /// <param name="input">What comes in.</param>
    /// <param name="output">What goes out; the same where the stage works in place.</param>
    /// <param name="goesBack">Whether errors are asked for before this stage: whether anything before it learns.</param>
    /// <param name="takesPacked">Whether the input may lie without padding between its pixels (<see cref="Layout.Packed"/>).</param>
    /// <exception cref="ArgumentException">The input's layout is not one that the stage takes.</exception>
    protected Stage(Activations input, Activations output, bool goesBack, bool takesPacked = false)
    {
        if (!takesPacked && !input.Layout.IsPadded)
            throw new ArgumentException($"{GetType().Name} takes channels padded to whole vectors, and is given {input.Layout}.", nameof(input));
        Input = input;
        Output = output;
        GoesBack = goesBack;
    }

    public Activations Input { get; }

    public Activations Output { get; }

    /// <summary>Whether <see cref="PropagateBack"/> is called.</summary>
    public bool GoesBack { get; }

    /// <summary>Which layer of the architecture it computes, from 0.</summary>
    public int Layer { get; set; }

    /// <summary>The layer's number, from 1, and its text, for people.</summary>
    public string Name { get; set; } = "the input";

    /// <summary>Brings what is learned into the form that <see cref="Forward"/> works with: before each mini-batch while it changes, once when it does not.</summary>
    public virtual void Prepare(in StageWork work)
    {
    }

    /// <summary>From the input's values to the output's.</summary>
    public abstract void Forward(in StageWork work);

    /// <summary>From the output's errors, ∂C/∂ each number, to the input's. A layer that learns may still need its own weights here.</summary>
    public abstract void PropagateBack(in StageWork work);

    /// <summary>Requires a layer's weights to be those of the input, number for number.</summary>
    /// <exception cref="ArgumentException">They are for another number of channels, or for maps flattened otherwise.</exception>
    protected void RequireFit(WeightedLayer weights)
    {
        if (weights.Channels != Input.Layout.Channels || weights.FlattenedPixels != Input.Layout.FlattenedPixels)
            throw new ArgumentException($"Weights for {weights.Channels} channels ({weights.FlattenedPixels} flattened pixels) do not fit {Input.Layout}.", nameof(weights));
    }

    /// <summary>Adds ∂C/∂ what the layer learns, from the output's errors; after <see cref="PropagateBack"/>, where that is called, so that it may go straight into the weights.</summary>
    public virtual void AddGradient(in StageWork work, ParameterBuffer destination)
    {
    }
}

/// <summary>What a stage is told about the mini-batch at hand.</summary>
/// <param name="Items">Examples in it.</param>
/// <param name="IsTraining">Whether dropout drops and batch normalisation looks at the mini-batch.</param>
/// <param name="Workers">Who does it.</param>
/// <param name="Seed">For what is random about it.</param>
internal readonly record struct StageWork(int Items, bool IsTraining, Workers Workers, long Seed)
{
    /// <summary>
    /// Runs the body for each example, on all threads where it is worth it. A thread is given the same examples by every
    /// stage: what one wrote is in the caches of the core that reads it next.
    /// </summary>
    /// <param name="numbers">How many numbers there are for each example.</param>
    /// <param name="body">Given the thread's number, the first example and the one after the last.</param>
    public void ForEachItem(int numbers, Action<int, int, int> body)
    {
        if (Items * numbers < Numerics.Workers.ChunkOfNumbers)
            body(0, 0, Items);
        else
            Workers.Split(Items, body);
    }
}
