using Inkling.Formats;
using Inkling.Onnx.Schema;
using static Inkling.Onnx.Schema.TensorProto.Types;

namespace Inkling.Onnx;

/// <summary>
/// Reads the nodes of a graph that its output depends on, one by one in the order of <see cref="GraphOrder"/>, into a
/// <see cref="Chain"/>. Nodes that depend on sizes and weights alone are evaluated here (constant folding); every other node must
/// take the output of the one before it.
/// </summary>
internal sealed partial class GraphReader
{
    private const int OldestOperatorSet = 7; // before it, operators broadcast by attributes
    private const int LargestInput = 1 << 22;

    private readonly string _file;
    private readonly GraphProto _graph;
    private readonly GraphOrder _order;
    private readonly long _operatorSet;
    private readonly NetworkDescription? _description;
    private readonly ElementBudget _allowance;
    private readonly ExternalTensors _files;
    private readonly Dictionary<string, TensorProto> _initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Constant> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _signals = new(StringComparer.Ordinal); // names of activations, to their numbers
    private readonly List<int[]> _dimensions = []; // of each activation, without the batch
    private readonly List<Chain.Place> _places = []; // of each activation, where the chain ended
    private readonly long _batch; // the batch's size, or Constant.Batch where it is free
    private readonly Chain _chain;
    private int _signal; // the number of the last activation
    private bool _givesLogarithms; // whether the graph's last node gave logarithms of the chain's probabilities

    /// <param name="model">The whole file.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="file">Its name in errors.</param>
    /// <param name="path">Its path, beside which its tensors may be; null where there can be no other file.</param>
    /// <param name="normalisation">How pixels were normalised outside the graph; null for not at all.</param>
    /// <exception cref="InklingException">
    /// The graph does not have exactly one input of known size, or its operators are too old.
    /// </exception>
    public GraphReader(ModelProto model, int length, string file, string? path, PixelNormalisation? normalisation)
    {
        _file = file;
        _graph = model.Graph ?? throw Refusal("it has no graph");
        _allowance = new ElementBudget(length, file);
        _files = new ExternalTensors(path);
        _operatorSet = model.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version
            ?? throw Refusal("it does not say of which version its operators are");
        if (_operatorSet < OldestOperatorSet)
            throw Refusal($"its operators are of version {_operatorSet}; {OldestOperatorSet} and later are read");
        if (_graph.SparseInitializer.Count > 0)
            throw Refusal("it has sparse tensors, which are not read");
        _order = new GraphOrder(_graph, file);
        foreach (TensorProto tensor in _graph.Initializer)
        {
            if (!_initializers.TryAdd(tensor.Name, tensor))
                throw Refusal($"it has two tensors {Node.Quoted(tensor.Name)}");
        }

        string? json = model.MetadataProps.FirstOrDefault(entry => entry.Key == NetworkDescription.Key)?.Value;
        _description = json is null ? null : NetworkDescription.Parse(json, file);
        ValueInfoProto[] inputs = [.. _graph.Input.Where(input => !_initializers.ContainsKey(input.Name))];
        if (inputs is not [var image])
            throw Refusal($"it has {inputs.Length} inputs; a network that reads images has one");
        (_batch, int[] dimensions) = DimensionsOf(image);
        _signals[image.Name] = _signal;
        _chain = new Chain(
            dimensions,
            _description?.Architecture.Input is { } described
                && dimensions.SequenceEqual([described.Channels, described.Height, described.Width]))
        {
            TakesBytes = image.Type.TensorType.ElemType == DataType.Uint8,
            Normalisation = normalisation,
        };
        _dimensions.Add(dimensions);
        _places.Add(_chain.End);
    }

    /// <summary>Whether the file has Inkling's metadata.</summary>
    public bool IsInklings => _description is not null;

    /// <exception cref="InklingException">A node has no equivalent among Inkling's layers; the message names it.</exception>
    public Network Read()
    {
        foreach ((int place, int index) in _order.Nodes.Index())
        {
            Node node = new(_graph.Node[index], index, _operatorSet, _file);
            if (_signals.ContainsKey(node.Output) || _initializers.ContainsKey(node.Output))
                throw node.Refusal($"gives {Node.Quoted(node.Output)}, which there is already");
            try
            {
                Take(node, place);
            }
            catch (Exception e) when (e is InvalidOperationException or OverflowException) // a layer cannot take its input
            {
                throw node.Refusal(e is OverflowException ? "makes more numbers than fit into memory" : e.Message);
            }

            node.RequireNothingElse();
        }

        if (!_signals.TryGetValue(_order.Output ?? "", out int signal) || signal != _signal)
            throw Refusal("its output is not what its layers give");
        try
        {
            return _chain.ToNetwork(_description);
        }
        catch (ArgumentException e)
        {
            throw new InklingException($"{_file}: its nodes do not make a network. {OneLine.ReasonOf(e)}", e);
        }
    }

    private void Take(Node node, int place)
    {
        if (TakeConstant(node))
            return;
        bool keepsLogarithms = node.Operator is "Exp" or "Identity" or "Cast" or "Dropout" or "Flatten" or "Reshape" or "Squeeze";
        if (_givesLogarithms && !keepsLogarithms)
            throw node.Refusal("takes the logarithms of probabilities; only their Exp is read");
        switch (node.Operator)
        {
            case "Identity" or "Dropout" or "Cast" or "Pad":
                RequireChangesNothing(node);
                _signals[node.Output] = _signal;
                return;
            case "Log" or "Exp":
                TakeLogarithm(node);
                _signals[node.Output] = _signal;
                return;
            case "Normalizer":
                RequireSumOfOne(node);
                _signals[node.Output] = _signal;
                return;
            case "Scaler":
                TakeScaler(node);
                break;
            case "LinearClassifier":
                TakeLinearClassifier(node);
                break;
            case "Flatten":
                TakeFlatten(node);
                break;
            case "Reshape" or "Squeeze" or "Unsqueeze":
                TakeReshape(node);
                break;
            case "Transpose":
                TakeTranspose(node);
                break;
            case "Gemm":
                TakeGemm(node);
                break;
            case "MatMul":
                TakeMatMul(node);
                break;
            case "Conv":
                TakeConvolution(node);
                break;
            case "BatchNormalization":
                TakeNormalisation(node);
                break;
            case "MaxPool" or "AveragePool":
                TakePool(node);
                break;
            case "GlobalAveragePool" or "ReduceMean":
                TakeGlobalPool(node);
                break;
            case "Add" or "Sub" or "Mul" or "Div":
                TakeArithmetic(node, place);
                break;
            case "Relu":
                TakeActivation(node, ActivationFunction.Relu);
                break;
            case "Sigmoid":
                TakeActivation(node, ActivationFunction.Sigmoid);
                break;
            case "Tanh":
                TakeActivation(node, ActivationFunction.Tanh);
                break;
            case "Softmax" or "LogSoftmax":
                TakeSoftmax(node);
                break;
            default:
                throw node.Refusal("is of an operator that is none of Inkling's layers");
        }

        _signals[node.Output] = ++_signal;
        _dimensions.Add(_chain.Dimensions);
        _places.Add(_chain.End);
    }

    private void RequireChangesNothing(Node node)
    {
        RequireSignal(node, 0);
        node.IgnoreAttributes("ratio", "seed", "saturate");
        if (node.Operator == "Cast"
            && node.Integer("to", 0) is not (
                (int)DataType.Float or (int)DataType.Float16 or (int)DataType.Double or (int)DataType.Bfloat16))
            throw node.Refusal("makes integers of what flows");
        if (node.Operator == "Pad")
        {
            node.IgnoreAttributes("mode", "value");
            long[] pads = node.Input(1) is null ? node.Integers("pads") ?? [] : SizesOf(node, RequireConstant(node, 1));
            if (pads.Any(pad => pad != 0)) // PyTorch writes a Pad by 0 before its AveragePool
                throw node.Refusal($"pads by [{Node.List(pads)}]. Let the convolution pad");
        }

        if (node.Operator == "Dropout" && node.Input(2) is not null && RequireConstant(node, 2).Integers is not [0])
            throw node.Refusal("leaves numbers out. Export the model for reading (model.eval())");
    }

    /// <exception cref="InklingException">The input is not the output of the node before.</exception>
    private void RequireSignal(Node node, int input)
    {
        string name = node.Input(input) ?? throw node.Refusal("has no input");
        if (!_signals.TryGetValue(name, out int signal))
            throw node.Refusal(ConstantOf(name) is null
                ? $"takes {Node.Quoted(name)}, which nothing before it gives"
                : $"takes the constant {Node.Quoted(name)} where a layer's output belongs");
        if (signal != _signal)
            throw node.Refusal(
                $"takes {Node.Quoted(name)}, which another node has taken already: "
                    + "networks are read whose layers form one chain");
    }

    /// <exception cref="InklingException">The input is not constant: it depends on the image.</exception>
    private Constant RequireConstant(Node node, int input)
    {
        string name = node.Input(input) ?? throw node.Refusal($"lacks its input {input + 1}");
        return ConstantOf(name) ?? throw node.Refusal($"takes {Node.Quoted(name)}, which is no constant");
    }

    private float[] RequireFloats(Node node, int input) =>
        RequireConstant(node, input).Floats
            ?? throw node.Refusal($"takes {Node.Quoted(node.Input(input)!)}, which holds integers, for weights");

    private Constant? ConstantOf(string name)
    {
        if (_constants.TryGetValue(name, out Constant? constant))
            return constant;
        if (!_initializers.TryGetValue(name, out TensorProto? tensor))
            return null;
        return _constants[name] = Constant.Of(tensor, $"{_file}: tensor {Node.Quoted(name)}", _allowance, _files);
    }

    private (long Batch, int[] Dimensions) DimensionsOf(ValueInfoProto input)
    {
        string name = Node.Quoted(input.Name);
        if (input.Type?.TensorType is not { Shape.Dim: { Count: >= 2 and <= 4 } dims } type)
            throw Refusal($"its input {name} has no shape of a batch of images");
        if (type.ElemType is not (DataType.Float or DataType.Float16 or DataType.Double or DataType.Uint8))
            throw Refusal($"its input {name} takes neither floats nor bytes");
        long size = 1;
        foreach (TensorShapeProto.Types.Dimension dim in dims.Skip(1))
        {
            if (dim.DimValue is < 1 or > LargestInput || (size *= dim.DimValue) > LargestInput)
                throw Refusal(FormattableString.Invariant(
                    $"its input {name} must have a known size for each image, up to {LargestInput:N0} numbers"));
        }

        return (dims[0].DimValue > 0 ? dims[0].DimValue : Constant.Batch, [.. dims.Skip(1).Select(dim => (int)dim.DimValue)]);
    }

    private InklingException Refusal(string what) => new($"{_file}: {what}.");
}
