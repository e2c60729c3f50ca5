using Inkling.Execution.Stages;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Execution;

/// <summary>What a pass is for, which decides how much its stages prepare for the backward pass.</summary>
internal enum PassPurpose
{
    /// <summary>
    /// Forward only. The weights are prepared at the first call, and at the first after
    /// <see cref="Backpropagation.InvalidateWeights"/>.
    /// </summary>
    Reading,

    /// <summary>Forward, and backward to the first layer that learns, with the gradient of the parameters.</summary>
    Learning,

    /// <summary>Forward, and backward to the input, without the gradient of the parameters.</summary>
    InputGradient,
}

/// <summary>The settings with which stages are created.</summary>
/// <param name="Parameters">The architecture and its weights.</param>
/// <param name="Purpose">What the pass is for.</param>
/// <param name="MiniBatchSize">The most examples in a mini-batch.</param>
/// <param name="Threads">The most threads.</param>
/// <param name="IsSparse">Whether a first layer that is dense reads <see cref="Examples.SparseInputs"/>.</param>
/// <param name="Width">The width of inputs; of the widest, where the network takes inputs of any width.</param>
internal sealed record PassSettings(
    ParameterBuffer Parameters,
    PassPurpose Purpose,
    int MiniBatchSize,
    int Threads,
    bool IsSparse,
    int Width)
{
    // Examples in a shard, at least. With 5, mini-batches of ten are shared by two threads.
    private const int SmallestShard = 5;

    // The same for networks without a convolution, whose examples are less work: with shards of 5, adding up the shards' sums
    // took a fifth of the training of 784-300-100-10 in mini-batches of 16.
    private const int SmallestDenseShard = 32;

    /// <summary>The shapes before each layer, and that of the output, for inputs of this width.</summary>
    public Shape[] Shapes { get; } = Parameters.Architecture.ShapesFor(Width);

    /// <summary>Working memory of the stages that use Winograd's method: for the planes of their inputs.</summary>
    public ThreadBuffers InputPlanes { get; } = new(Threads);

    /// <summary>The same for the planes of their outputs.</summary>
    public ThreadBuffers OutputPlanes { get; } = new(Threads);

    /// <summary>Whether the examples of a mini-batch differ in their width.</summary>
    public bool IsRagged => Parameters.Architecture.Input.HasAnyWidth;

    /// <summary>How every sum over a mini-batch is divided.</summary>
    public Shards Shards
    {
        get
        {
            bool isConvolutional = Parameters.Architecture.Layers.Any(layer => layer is Layer.Convolution);
            return Purpose == PassPurpose.Learning
                ? Shards.Of(MiniBatchSize, isConvolutional ? SmallestShard : SmallestDenseShard)
                : Shards.One;
        }
    }
}

/// <summary>
/// Creates a stage for each layer, or for several, and so chooses their kernels. Another device has its own factory.
/// </summary>
internal class StageFactory
{
    /// <summary>The factory for the processor.</summary>
    public static StageFactory Processor { get; } = new();

    /// <summary>
    /// The memory layout of an input: padded, except where the first layer is a convolution that takes pixels without padding.
    /// </summary>
    public virtual Layout InputLayoutOf(PassSettings settings)
    {
        Architecture architecture = settings.Parameters.Architecture;
        if (architecture.Layers[0] is Layer.Flatten)
            return Layout.Padded(architecture.ShapeBefore(1), Layout.FlattenedPixelsOf(architecture)[1]);
        bool isDirect = architecture.Layers[0] is Layer.Convolution spec
            && !WinogradStage.Suits(spec, architecture.Input, architecture.ShapeBefore(1));
        bool isBranch = architecture.Layers.Index().Any(l => l.Item is Layer.Add add && add.Layers == l.Index); // when folded
        return isDirect && !isBranch && settings.Purpose != PassPurpose.InputGradient
            ? Layout.Packed(settings.Shapes[0])
            : Layout.Padded(settings.Shapes[0]);
    }

    /// <summary>Creates the stages of all layers, in order. A first Flatten has none: the input is written as a vector.</summary>
    /// <param name="settings">The settings of all stages.</param>
    /// <param name="input">The first stage's input, in the layout of <see cref="InputLayoutOf"/>.</param>
    public Stage[] CreateAll(PassSettings settings, Activations input)
    {
        Architecture architecture = settings.Parameters.Architecture;
        List<Stage> stages = [];
        BranchStage?[] branches = new BranchStage?[architecture.Layers.Count]; // for each layer that ends a residual connection
        bool goesBack = settings.Purpose == PassPurpose.InputGradient;
        for (int l = architecture.Layers[0] is Layer.Flatten ? 1 : 0; l < architecture.Layers.Count; l++)
        {
            for (int end = l + 1; end < architecture.Layers.Count; end++)
            {
                if (architecture.Layers[end] is Layer.Add around && end - around.Layers == l)
                    stages.Add(branches[end] = new BranchStage(input, goesBack) { Layer = l, Name = Name(l) });
            }

            Stage stage;
            int layers = 1;
            if (branches[l] is { } branch)
                stage = branch.End = new AddStage(input, branch.Input, goesBack, settings.MiniBatchSize);
            else if (CreateFused(settings, l, EndOfChain(architecture.Layers, l), input, out int fused) is { } several)
                (stage, layers) = (several, fused);
            else
                stage = Create(settings, l, input, goesBack);
            (stage.Layer, stage.Name) = (l, Name(l));
            if (settings.Purpose != PassPurpose.InputGradient && stage is PoolingStage pooling
                && stages is [.., ActivationStage { Function: ActivationFunction.Relu } relu])
            {
                relu.IsSlopeFused = pooling.TryFuseReluBackward();
            }

            stages.Add(stage);
            input = stage.Output;
            l += layers - 1;
            goesBack |= settings.Purpose == PassPurpose.Learning && settings.Parameters.All[l] is not null;
        }

        return [.. stages];

        string Name(int l) => $"layer {l + 1}, {architecture.Layers[l]}";
    }

    /// <summary>The end of the layers from this one on between which no residual connection begins or ends.</summary>
    private static int EndOfChain(IReadOnlyList<Layer> layers, int l)
    {
        int end = l + 1;
        while (end < layers.Count
            && layers[end] is not Layer.Add
            && !layers.Index().Any(other => other.Item is Layer.Add add && other.Index - add.Layers == end))
            end++;
        return end;
    }

    /// <summary>Creates one stage for several layers, where there is one; null where each has its own.</summary>
    /// <param name="settings">The settings of all stages.</param>
    /// <param name="l">The first layer, from 0.</param>
    /// <param name="end">The end of the layers that it may compute: a residual connection begins or ends there.</param>
    /// <param name="input">The stage's input.</param>
    /// <param name="layers">How many layers it computes; undefined where there is none.</param>
    protected virtual Stage? CreateFused(PassSettings settings, int l, int end, Activations input, out int layers)
    {
        layers = 0;
        return null;
    }

    /// <summary>Creates the stage of one layer, other than <see cref="Layer.Add"/>.</summary>
    /// <param name="settings">The settings of all stages.</param>
    /// <param name="l">Which layer, from 0.</param>
    /// <param name="input">The stage's input.</param>
    /// <param name="goesBack">Whether the errors of its input are needed.</param>
    protected virtual Stage Create(PassSettings settings, int l, Activations input, bool goesBack)
    {
        (ParameterBuffer parameters, PassPurpose purpose, int miniBatchSize, int threads, _, _) = settings;
        Architecture architecture = parameters.Architecture;
        Shape from = settings.Shapes[l], to = settings.Shapes[l + 1];
        bool learns = purpose == PassPurpose.Learning, isFirst = l == 0 || (l == 1 && architecture.Layers[0] is Layer.Flatten);
        return architecture.Layers[l] switch
        {
            Layer.Dense when isFirst && settings.IsSparse && input.Layout.IsChannelsFirst && !goesBack =>
                new SparseDenseStage(input, to, parameters, l, miniBatchSize, settings.Shards, threads),
            Layer.Dense => new DenseStage(input, to, parameters, l, goesBack, miniBatchSize, settings.Shards),
            Layer.Convolution spec
                when WinogradStage.Suits(spec, architecture.ShapeBefore(l), architecture.ShapeBefore(l + 1)) =>
                new WinogradStage(
                    input,
                    to,
                    spec,
                    parameters,
                    l,
                    goesBack,
                    learns,
                    miniBatchSize,
                    !settings.IsRagged,
                    settings.Shards,
                    settings.InputPlanes,
                    settings.OutputPlanes),
            Layer.Convolution spec =>
                new ConvolutionStage(input, to, spec, parameters, l, goesBack, learns, miniBatchSize, settings.Shards, threads),
            Layer.BatchNormalisation =>
                new BatchNormalisationStage(input, parameters, l, goesBack, miniBatchSize, settings.Shards),
            Layer.MaxPool spec =>
                new PoolingStage(input, to, spec.Size, spec.Stride, isMax: true, goesBack, miniBatchSize, threads),
            Layer.AveragePool spec =>
                new PoolingStage(input, to, spec.Size, spec.Stride, isMax: false, goesBack, miniBatchSize, threads),
            Layer.GlobalAveragePool =>
                new PoolingStage(
                    input, to, new Sides(from.Height, from.Width), 1, isMax: false, goesBack, miniBatchSize, threads),
            Layer.Dropout spec => new DropoutStage(input, spec.Rate, goesBack, miniBatchSize),
            Layer.Flatten => new FlattenStage(input, Layout.FlattenedPixelsOf(architecture)[l + 1], goesBack, miniBatchSize),
            Layer.Activation { Function: ActivationFunction.Silu } => new SiluStage(input, goesBack, miniBatchSize),
            Layer.Activation spec => new ActivationStage(input, spec.Function, goesBack),
            _ => new SoftmaxStage(input),
        };
    }
}
