using Inkling.Execution.Ranks;
using Inkling.Layers;
using Inkling.Numerics;
using Inkling.Numerics.Threads;

namespace Inkling.Execution.Stages;

/// <summary>
/// Computes one layer for a mini-batch, forward and back. It owns the working memory, but no parameters, and no state that
/// lasts from one mini-batch to the next.
/// </summary>
internal abstract class Stage
{
    /// <param name="input">The layer's input.</param>
    /// <param name="output">The layer's output; the same object where the stage works in place.</param>
    /// <param name="goesBack">Whether the input's errors are needed: whether anything before this stage learns.</param>
    /// <param name="takesPacked">Whether the input may have no padding between its pixels (<see cref="Layout.Packed"/>).</param>
    /// <exception cref="ArgumentException">The input's layout is not one that the stage takes.</exception>
    protected Stage(Activations input, Activations output, bool goesBack, bool takesPacked = false)
    {
        if (!takesPacked && !input.Layout.IsPadded)
            throw new ArgumentException(
                $"{GetType().Name} takes channels padded to whole vectors, and is given {input.Layout}.", nameof(input));
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

    /// <summary>The layer's number, from 1, and its text, for messages.</summary>
    public string Name { get; set; } = "the input";

    /// <summary>
    /// Converts the parameters to the form that <see cref="Forward"/> uses: before each mini-batch while they change, once when
    /// they do not.
    /// </summary>
    public virtual void Prepare(in StageWork work)
    {
    }

    /// <summary>
    /// Sets the widths of the output's items from those of the input's, before <see cref="Forward"/>; called for networks that
    /// take inputs of any width only.
    /// </summary>
    /// <param name="items">The number of examples.</param>
    /// <param name="layer">The layer that the stage computes.</param>
    public virtual void TakeWidths(int items, Layer layer)
    {
        for (int i = 0; i < items && Input != Output; i++)
            Output.SetWidth(i, layer.WidthBehind(Input.WidthOf(i)));
    }

    /// <summary>Computes the output's values from the input's.</summary>
    public abstract void Forward(in StageWork work);

    /// <summary>
    /// Computes the input's errors, ∂C/∂ each number, from the output's. A layer that learns may need its own weights for it,
    /// which <see cref="AddGradient"/> may change.
    /// </summary>
    public abstract void PropagateBack(in StageWork work);

    /// <summary>Requires a layer's weights to match the input's channels and how it was flattened.</summary>
    /// <exception cref="ArgumentException">They are for another number of channels, or for maps flattened otherwise.</exception>
    protected void RequireFit(WeightedLayer weights)
    {
        if (weights.Channels != Input.Layout.Channels || weights.FlattenedPixels != Input.Layout.FlattenedPixels)
            throw new ArgumentException(
                $"Weights for {weights.Channels} channels ({weights.FlattenedPixels} flattened pixels) "
                    + $"do not fit {Input.Layout}.",
                nameof(weights));
    }

    /// <summary>
    /// Adds the gradient of the layer's parameters, computed from the output's errors. It is called after
    /// <see cref="PropagateBack"/>, where that is called, so that the destination may be the weights themselves.
    /// </summary>
    public virtual void AddGradient(in StageWork work, ParameterBuffer destination)
    {
    }

    /// <summary>
    /// From now on, <see cref="AddGradient"/> leaves the sums of this rank's shards to an exchange among ranks, which adds those
    /// of all ranks to the destination at the end of the backward pass.
    /// </summary>
    public virtual void ShareGradient(GradientExchange exchange)
    {
    }
}

/// <summary>What a stage needs to know about the current mini-batch.</summary>
/// <param name="Items">The number of examples; of a mini-batch that ranks share, of those that are this rank's.</param>
/// <param name="IsTraining">Whether dropout is active and batch normalisation uses the mini-batch's statistics.</param>
/// <param name="Workers">The threads.</param>
/// <param name="Seed">The epoch's seed of what is random: dropout.</param>
/// <param name="Place">
/// The place of the first example in the epoch's order. What is random for an example depends on the seed and its place, not on
/// the mini-batch's division among threads or machines.
/// </param>
/// <param name="Share">What this rank does of a mini-batch that ranks share; null where one process has all of it.</param>
/// <param name="MiniBatch">The number of examples of a mini-batch that ranks share; otherwise not used.</param>
internal readonly record struct StageWork(
    int Items,
    bool IsTraining,
    Workers Workers,
    long Seed = 0,
    int Place = 0,
    RankShare? Share = null,
    int MiniBatch = 0)
{
    /// <summary>The shards of the mini-batch that this process has: the first, and the one after the last.</summary>
    public (int First, int End) OwnShards(Shards shards) =>
        Share is null ? (0, shards.Count) : (Share.FirstShard, Share.EndShard);

    /// <summary>The examples of one of these shards, counted from this process's first.</summary>
    public (int Start, int End) ItemsOf(Shards shards, int shard)
    {
        if (Share is null)
            return shards.ItemsOf(shard, Items);
        int first = Share.ItemsOf(MiniBatch).Start;
        (int start, int end) = shards.ItemsOf(shard, MiniBatch);
        return (start - first, end - first);
    }

    /// <summary>
    /// Runs the body for each example, on all threads where that is faster. Every stage gives a thread the same examples, so
    /// that what one stage wrote is in the caches of the core that reads it next.
    /// </summary>
    /// <param name="numbers">How many numbers there are for each example.</param>
    /// <param name="body">Given the thread's number, the first example and the one after the last.</param>
    public void ForEachItem(int numbers, Action<int, int, int> body)
    {
        if (Items * numbers < Numerics.Threads.Workers.ChunkOfNumbers)
            body(0, 0, Items);
        else
            Workers.Split(Items, body);
    }
}
