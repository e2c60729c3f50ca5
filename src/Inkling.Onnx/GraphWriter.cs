using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Inkling.Execution.Stages;
using Inkling.Formats;
using Inkling.Layers;
using Inkling.Onnx.Schema;
using static Inkling.Onnx.Schema.TensorProto.Types;

namespace Inkling.Onnx;

/// <summary>
/// Writes a network as an ONNX graph: one or a few nodes for each layer, named after it (<c>3_conv</c>); weights are named as in
/// safetensors (<c>layers.0.weight</c>) and laid out as in PyTorch, which is ONNX's layout too.
/// </summary>
/// <remarks>
/// Operator set 13 and file version 7 are those of ONNX 1.8 (2020): every runtime and converter since then reads them, and
/// each operator used here still means the same in the sets that came later.
/// </remarks>
internal sealed class GraphWriter
{
    public const int OperatorSet = 13;

    private const int FileVersion = 7;

    private readonly Network _network;
    private readonly OnnxOptions _options;
    private readonly GraphProto _graph = new() { Name = "network" };
    private string _current = "image";
    private bool _isImage; // [batch, channels, height, width], or else [batch, channels]
    private readonly List<(string Name, bool IsImage)> _before = []; // what flows before each layer

    private GraphWriter(Network network, OnnxOptions options)
    {
        _network = network;
        _options = options;
        _isImage = !network.Architecture.Input.IsVector;
    }

    /// <exception cref="ArgumentException">The number of classes is not the number of outputs.</exception>
    public static ModelProto Write(Network network, OnnxOptions options)
    {
        int outputs = network.Architecture.Output.Size;
        IReadOnlyList<string> classes = options.Classes
            ?? [.. Enumerable.Range(0, outputs).Select(i => NameOfClass(i, outputs, network.Architecture.Cost))];
        if (classes.Count != outputs)
            throw new ArgumentException(
                $"The network has {outputs} outputs; {classes.Count} classes are named.", nameof(options));
        ModelProto model = new()
        {
            IrVersion = FileVersion,
            ProducerName = "Inkling",
            ProducerVersion = typeof(Network).Assembly.GetName().Version?.ToString(3) ?? "",
            ModelVersion = 1,
            DocString = network.ToString(),
            Graph = new GraphWriter(network, options).WriteGraph(),
            OpsetImport = { new OperatorSetIdProto { Version = OperatorSet } },
        };
        Describe(NetworkDescription.Key, NetworkDescription.Of(network).ToJson());
        Describe("classes", string.Join(',', classes));
        Describe("normalisation", model.Graph.Input[0].DocString);
        if (network.History is { } history)
            Describe("training", history);
        return model;

        void Describe(string key, string value)
            => model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    private static string NameOfClass(int i, int outputs, Cost cost) =>
        cost == Cost.Ctc && i == outputs - 1 ? "blank" : i.ToString(CultureInfo.InvariantCulture);

    private GraphProto WriteGraph()
    {
        Architecture architecture = _network.Architecture;
        Shape input = architecture.Input;
        _graph.Input.Add(Value(
            "image",
            _options.Pixels == OnnxPixels.Byte ? DataType.Uint8 : DataType.Float,
            _isImage ? [Fixed(input.Channels), Fixed(input.Height), Width(input)] : [Fixed(input.Size)],
            NormalisationOf(input)));
        WriteScaling();
        int saved = 0,
            last = architecture.Layers.Count
                - (_options.EndsInLogits && architecture.Layers[^1] is Layer.Softmax or Layer.Activation ? 1 : 0);
        for (int l = 0; l < last; l++)
        {
            string name = string.Create(
                CultureInfo.InvariantCulture, $"{l + 1}_{architecture.Layers[l].ToString().Split(':')[0]}");
            _before.Add((_current, _isImage));
            WriteLayer(
                architecture.Layers[l],
                _network.Parameters.All[l],
                architecture.ShapeBefore(l),
                name,
                string.Create(CultureInfo.InvariantCulture, $"layers.{saved}"));
            saved += _network.Parameters.All[l] is null ? 0 : 1;
        }

        if (architecture.Output.HasAnyWidth)
            RequireColumns("output");
        else
            RequireVector("output");
        string output = _options.EndsInLogits ? "logits" : architecture.Layers[^1] is Layer.Softmax ? "probabilities" : "outputs";
        _graph.Node[^1].Output[0] = output;
        _graph.Output.Add(architecture.Output.HasAnyWidth
            ? Value(
                output,
                DataType.Float,
                [new() { DimParam = "columns" }, Fixed(architecture.Output.Size)],
                $"[batch, columns, {architecture.Output.Size}]: {output} of the classes in each column; the last is CTC's blank")
            : Value(
                output,
                DataType.Float,
                [Fixed(architecture.Output.Size)],
                $"[batch, {architecture.Output.Size}]: {output} of the classes"));
        return _graph;
    }

    private string NormalisationOf(Shape input)
    {
        string pixels = _options.Pixels == OnnxPixels.Unit ? "0 is paper, 1 is ink" : "0 is paper, 255 is ink";
        return input is { HasAnyWidth: false, Size: 28 * 28 }
            ? $"{pixels}; as in MNIST, the digit fills 20x20 pixels and its centre of mass is in the middle of 28x28"
            : pixels;
    }

    private void WriteScaling()
    {
        if (_options.Pixels == OnnxPixels.Byte)
            Add("Cast", "pixels_as_float", [], [Attribute("to", (int)DataType.Float)]);
        if (_options.Pixels != OnnxPixels.Unit)
            Add("Div", "pixels_to_unit", [Tensor("pixels.full", [1], [255])]);
    }

    private void WriteLayer(Layer layer, object? parameters, Shape input, string name, string saved)
    {
        switch (layer)
        {
            case Layer.Dense:
                RequireVector(name);
                Add("Gemm", name, Weights((WeightedLayer)parameters!, saved), [Attribute("transB", 1)]);
                break;
            case Layer.Convolution spec:
                RequireImage(input, name);
                Add("Conv", name, Weights((WeightedLayer)parameters!, saved), [
                    Attribute("dilations", 1, 1),
                    Attribute("group", 1),
                    Attribute("kernel_shape", spec.Kernel.Height, spec.Kernel.Width),
                    Attribute("pads", spec.Padding.Height, spec.Padding.Width, spec.Padding.Height, spec.Padding.Width),
                    Attribute("strides", spec.Stride.Height, spec.Stride.Width)]);
                break;
            case Layer.BatchNormalisation:
                Add("BatchNormalization", name, Statistics((BatchNormalisation)parameters!, saved), [
                    new AttributeProto
                    {
                        Name = "epsilon",
                        F = BatchNormalisationStage.Epsilon,
                        Type = AttributeProto.Types.AttributeType.Float
                    }]);
                break;
            case Layer.MaxPool spec:
                RequireImage(input, name);
                Add("MaxPool", name, [], [
                    Attribute("kernel_shape", spec.Size.Height, spec.Size.Width),
                    Attribute("strides", spec.Stride.Height, spec.Stride.Width)]);
                break;
            case Layer.AveragePool spec:
                RequireImage(input, name);
                Add("AveragePool", name, [], [
                    Attribute("kernel_shape", spec.Size.Height, spec.Size.Width),
                    Attribute("strides", spec.Stride.Height, spec.Stride.Width)]);
                break;
            case Layer.Add spec:
                (string around, bool isImage) = _before[^(spec.Layers + 1)];
                if (isImage)
                    RequireImage(input, name);
                else
                    RequireVector(name);
                Add("Add", name, [around]);
                break;
            case Layer.GlobalAveragePool:
                RequireImage(input, name);
                Add("GlobalAveragePool", name, []);
                RequireVector(name);
                break;
            case Layer.Flatten:
                RequireVector(name);
                break;
            case Layer.Activation { Function: ActivationFunction.Silu }:
                string z = _current;
                Add("Sigmoid", $"{name}_sigmoid", []);
                Add("Mul", name, [z]);
                break;
            case Layer.Activation spec:
                Add(
                    spec.Function switch
                    {
                        ActivationFunction.Sigmoid => "Sigmoid",
                        ActivationFunction.Tanh => "Tanh",
                        _ => "Relu"
                    },
                    name,
                    []);
                break;
            case Layer.Softmax:
                if (input.HasAnyWidth)
                    RequireColumns(name);
                else
                    RequireVector(name);
                if (_options.IsCalibrated && _network.Temperature != 1)
                    Add("Div", $"{name}_temperature", [Tensor("temperature", [1], [(float)_network.Temperature])]);
                Add("Softmax", name, [], [Attribute("axis", input.HasAnyWidth ? 2 : 1)]);
                break;
            case Layer.Dropout: // does nothing when reading
                break;
        }
    }

    /// <summary>Flattens an image: what the engine calls a vector may be [batch, channels, 1, 1] in the graph.</summary>
    private void RequireVector(string name)
    {
        if (_isImage)
            Add("Flatten", $"{name}_flatten", [], [Attribute("axis", 1)]);
        _isImage = false;
    }

    /// <summary>Makes [batch, columns, channels] of a row of any width, [batch, channels, 1, columns].</summary>
    private void RequireColumns(string name)
    {
        if (_isImage)
        {
            Add("Squeeze", $"{name}_row", [Integers($"{name}.height", [2])]);
            Add("Transpose", $"{name}_columns", [], [Attribute("perm", 0, 2, 1)]);
        }

        _isImage = false;
    }

    private void RequireImage(Shape shape, string name)
    {
        if (!_isImage)
            Add("Reshape", $"{name}_image", [Integers($"{name}.shape", [-1, shape.Channels, shape.Height, shape.Width])]);
        _isImage = true;
    }

    private string[] Weights(WeightedLayer layer, string saved)
    {
        string weight = Tensor($"{saved}.weight", layer.WeightShape, layer.CopyWeights());
        return layer.HasBias ? [weight, Tensor($"{saved}.bias", [layer.Neurons], layer.Biases.ToArray())] : [weight];
    }

    private string[] Statistics(BatchNormalisation layer, string saved)
    {
        int[] shape = [layer.Scale.Length];
        return
        [
            Tensor($"{saved}.weight", shape, layer.Ordered(layer.Scale)),
            Tensor($"{saved}.bias", shape, layer.Ordered(layer.Shift)),
            Tensor($"{saved}.running_mean", shape, layer.Ordered(layer.RunningMean)),
            Tensor($"{saved}.running_var", shape, layer.Ordered(layer.RunningVariance)),
        ];
    }

    /// <summary>Adds a node that takes the output of the one before, and further inputs.</summary>
    private void Add(string operation, string name, string[] further, AttributeProto[]? attributes = null)
    {
        _graph.Node.Add(new NodeProto
        {
            OpType = operation,
            Name = name,
            Input = { _current, further },
            Output = { $"{name}_out" },
            Attribute = { attributes ?? [] }
        });
        _current = $"{name}_out";
    }

    private string Tensor(string name, int[] shape, float[] values)
    {
        byte[] bytes = new byte[sizeof(float) * values.Length];
        if (BitConverter.IsLittleEndian)
            MemoryMarshal.AsBytes<float>(values).CopyTo(bytes);
        for (int i = 0; i < values.Length && !BitConverter.IsLittleEndian; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(sizeof(float) * i), values[i]);
        _graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = DataType.Float,
            Dims = { shape.Select(side => (long)side) },
            RawData = UnsafeByteOperations.UnsafeWrap(bytes)
        });
        return name;
    }

    private string Integers(string name, long[] values)
    {
        _graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = DataType.Int64,
            Dims = { values.Length },
            Int64Data = { values }
        });
        return name;
    }

    private static AttributeProto Attribute(string name, long value)
        => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    private static AttributeProto Attribute(string name, params long[] values)
        => new() { Name = name, Ints = { values }, Type = AttributeProto.Types.AttributeType.Ints };

    private static TensorShapeProto.Types.Dimension Fixed(int side) => new() { DimValue = side };

    private static TensorShapeProto.Types.Dimension Width(Shape shape) =>
        shape.HasAnyWidth ? new() { DimParam = "width" } : Fixed(shape.Width);

    private static ValueInfoProto Value(
        string name, DataType type, TensorShapeProto.Types.Dimension[] sides, string meaning)
    {
        TensorShapeProto shape = new() { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "batch" } } };
        shape.Dim.AddRange(sides);
        return new ValueInfoProto
        {
            Name = name,
            DocString = meaning,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = shape } }
        };
    }
}
