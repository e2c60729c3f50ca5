using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// A layer at work on a mini-batch, forward and back. It holds the memory for it, none of what is learned, and nothing
/// that lasts from one mini-batch to the next.
/// </summary>
internal abstract class Stage(Activations input, Activations output)
{
    public Activations Input { get; } = input;

    public Activations Output { get; } = output;

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

    /// <summary>Adds ∂C/∂ what the layer learns, from the output's errors; after <see cref="PropagateBack"/>, so that it may go straight into the weights.</summary>
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
