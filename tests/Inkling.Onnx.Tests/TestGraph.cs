using Google.Protobuf;
using Inkling.Numerics;
using Inkling.Onnx.Schema;
using static Inkling.Onnx.Schema.TensorProto.Types;

namespace Inkling.Onnx.Tests;

/// <summary>Builds a graph node by node; each takes the output of the one before.</summary>
internal sealed class TestGraph
{
    private readonly RandomStream _random = new(11);
    private readonly GraphProto _graph = new() { Name = "g" };
    private readonly List<string> _furtherOutputs = [];
    private string _current = "x";

    /// <param name="input">The dimensions of one image.</param>
    public TestGraph(params long[] input)
    {
        Model = new ModelProto { IrVersion = 7, Graph = _graph, OpsetImport = { new OperatorSetIdProto { Version = 13 } } };
        Sides = input;
        TypeProto type = new()
        {
            TensorType = new TypeProto.Types.Tensor { ElemType = DataType.Float, Shape = new TensorShapeProto() }
        };
        type.TensorType.Shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "n" });
        type.TensorType.Shape.Dim.AddRange(input.Select(side => new TensorShapeProto.Types.Dimension { DimValue = side }));
        _graph.Input.Add(new ValueInfoProto { Name = "x", Type = type });
    }

    public ModelProto Model { get; }

    public long[] Sides { get; }

    /// <summary>The whole file; the graph's first output is the last node's.</summary>
    public byte[] File
    {
        get
        {
            _graph.Output.Clear();
            _graph.Output.Add(new ValueInfoProto
            {
                Name = _current,
                Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = DataType.Float } }
            });
            _graph.Output.AddRange(_furtherOutputs.Select(name => new ValueInfoProto { Name = name }));
            return Model.ToByteArray();
        }
    }

    public TestGraph OperatorSet(long version)
    {
        Model.OpsetImport[0].Version = version;
        return this;
    }

    public TestGraph PixelsAre(DataType type)
    {
        _graph.Input[0].Type.TensorType.ElemType = type;
        return this;
    }

    /// <summary>Adds a node that takes the last node's output, and then these inputs.</summary>
    public TestGraph Then(string operation, string[] further, params (string Name, object Value)[] attributes)
        => Node(operation, [_current, .. further], attributes);

    public TestGraph Then(string operation, params (string Name, object Value)[] attributes) => Then(operation, [], attributes);

    /// <summary>Adds a node with any inputs.</summary>
    public TestGraph Node(string operation, string[] inputs, params (string Name, object Value)[] attributes)
    {
        NodeProto node = new() { OpType = operation, Name = $"{operation}_{_graph.Node.Count}", Input = { inputs } };
        node.Attribute.AddRange(attributes.Select(attribute => AttributeOf(attribute.Name, attribute.Value)));
        _current = $"v{_graph.Node.Count}";
        node.Output.Add(_current);
        _graph.Node.Add(node);
        return this;
    }

    /// <summary>Adds a node of scikit-learn's operators, those of the domain ai.onnx.ml.</summary>
    public TestGraph ThenOfScikitLearn(string operation, string[] further, params (string Name, object Value)[] attributes)
    {
        Then(operation, further, attributes);
        _graph.Node[^1].Domain = "ai.onnx.ml";
        if (Model.OpsetImport.Count == 1)
            Model.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 1 });
        return this;
    }

    /// <summary>Makes a value another output of the graph.</summary>
    public TestGraph AlsoGives(string name)
    {
        _furtherOutputs.Add(name);
        return this;
    }

    /// <summary>Takes the next nodes on from an earlier value; it is the output where none follow.</summary>
    public TestGraph From(string name)
    {
        _current = name;
        return this;
    }

    /// <summary>Gives the name of the last node's output.</summary>
    public TestGraph Current(out string name)
    {
        name = _current;
        return this;
    }

    /// <summary>A tensor of random numbers from -1 to 1.</summary>
    public string Weights(params int[] shape) =>
        Tensor(
            shape,
            [.. Enumerable.Range(0, shape.Aggregate(1, (size, side) => size * side))
                .Select(_ => (float)_random.NextDouble(-1, 1))]);

    public string Tensor(int[] shape, params float[] values)
    {
        string name = $"t{_graph.Initializer.Count}";
        _graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = DataType.Float,
            Dims = { shape.Select(side => (long)side) },
            FloatData = { values }
        });
        return name;
    }

    public string Integers(params long[] values)
    {
        string name = $"t{_graph.Initializer.Count}";
        _graph.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = DataType.Int64,
            Dims = { values.Length },
            Int64Data = { values }
        });
        return name;
    }

    public string Integer(long value)
    {
        string name = $"t{_graph.Initializer.Count}";
        _graph.Initializer.Add(new TensorProto { Name = name, DataType = DataType.Int64, Int64Data = { value } });
        return name;
    }

    /// <summary>Reads the graph and requires the network to compute what ONNX Runtime does.</summary>
    /// <param name="made">Turns the graph's outputs into the network's.</param>
    /// <param name="pixels">The graph's value for full ink, which is 1 to the network.</param>
    /// <returns>The network.</returns>
    public Network RequireSame(Func<float[], float[]>? made = null, float pixels = 1)
    {
        byte[] file = File;
        Network network = OnnxFile.Parse(file, "g.onnx");
        int size = network.Architecture.Input.Size;
        float[][] images =
        [
            .. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, size).Select(_ => (float)_random.NextDouble()).ToArray())
        ];
        float[] inputs = [.. images.SelectMany(AsTheGraphTakesIt).Select(pixel => pixel * pixels)];
        float[] outputs = Model.Graph.Input[0].Type.TensorType.ElemType == DataType.Uint8
            ? OnnxRuntime.Run(
                file,
                [.. (images = [.. images.Select(Rounded)])
                    .SelectMany(AsTheGraphTakesIt)
                    .Select(pixel => (byte)MathF.Round(pixel * 255))],
                Sides)
            : OnnxRuntime.Run(file, inputs, Sides);
        foreach ((float[] image, float[] output) in images.Zip(outputs.Chunk(outputs.Length / 3)))
            Networks.AssertClose((made ?? (o => o))(output), network.FeedForward(image), 1e-5);
        return network;

        // The network has [channels, height, width]; a graph from Keras has [height, width, channels].
        IEnumerable<float> AsTheGraphTakesIt(float[] image)
        {
            Shape shape = network.Architecture.Input;
            int area = shape.Height * shape.Width;
            bool isLast = shape.Channels > 1 && area > 1 && Sides.SequenceEqual([shape.Height, shape.Width, shape.Channels]);
            return isLast
                ? Enumerable.Range(0, image.Length).Select(i => image[i % shape.Channels * area + i / shape.Channels])
                : image;
        }

        static float[] Rounded(float[] image) => [.. image.Select(pixel => MathF.Round(pixel * 255) / 255)];
    }

    public static float[] Softmax(float[] logits)
    {
        double sum = logits.Sum(z => Math.Exp(z));
        return [.. logits.Select(z => (float)(Math.Exp(z) / sum))];
    }

    public static float[] Exp(float[] logarithms) => [.. logarithms.Select(MathF.Exp)];

    private static AttributeProto AttributeOf(string name, object value) => value switch
    {
        int i => new AttributeProto { Name = name, I = i, Type = AttributeProto.Types.AttributeType.Int },
        float f => new AttributeProto { Name = name, F = f, Type = AttributeProto.Types.AttributeType.Float },
        string s => new AttributeProto
        {
            Name = name,
            S = ByteString.CopyFromUtf8(s),
            Type = AttributeProto.Types.AttributeType.String
        },
        int[] ints => new AttributeProto
        {
            Name = name,
            Ints = { ints.Select(i => (long)i) },
            Type = AttributeProto.Types.AttributeType.Ints
        },
        float[] floats => new AttributeProto
        {
            Name = name,
            Floats = { floats },
            Type = AttributeProto.Types.AttributeType.Floats
        },
        string[] strings => new AttributeProto
        {
            Name = name,
            Strings = { strings.Select(ByteString.CopyFromUtf8) },
            Type = AttributeProto.Types.AttributeType.Strings
        },
        TensorProto t => new AttributeProto { Name = name, T = t, Type = AttributeProto.Types.AttributeType.Tensor },
        _ => throw new ArgumentException($"{value}", nameof(value)),
    };
}
