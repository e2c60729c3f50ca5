using System.Globalization;
using Inkling.Onnx.Schema;

namespace Inkling.Onnx;

/// <summary>One node of a graph being read: its inputs, its attributes by name, and errors that name the node.</summary>
internal sealed class Node
{
    private readonly NodeProto _node;
    private readonly string _file;
    private readonly int _index;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <param name="node">The node in the file.</param>
    /// <param name="index">Its index in the graph, from 0.</param>
    /// <param name="operatorSet">The version of ONNX's operators that the file names.</param>
    /// <param name="file">The file's name in errors.</param>
    public Node(NodeProto node, int index, long operatorSet, string file)
    {
        _node = node;
        _index = index;
        _file = file;
        OperatorSet = operatorSet;
        if (node.Output.Count == 0)
            throw Refusal("gives nothing");
        bool isOfDomain = node.OpType is "Scaler" or "LinearClassifier" or "Normalizer"
            ? node.Domain == "ai.onnx.ml"
            : node.Domain is "" or "ai.onnx";
        if (!isOfDomain)
            throw Refusal($"is of the domain {Quoted(node.Domain)}; ONNX's own operators are read");
    }

    public string Operator => _node.OpType;

    public long OperatorSet { get; }

    public int Inputs => _node.Input.Count;

    /// <summary>The name of what the layer gives; a classifier gives the class first, and second the probabilities.</summary>
    public string Output => _node is { OpType: "LinearClassifier", Output: [_, var scores] } ? scores : _node.Output[0];

    /// <summary>The node's name in errors: the file, its place from 1, its name and its operator.</summary>
    public string Name => NameOf(_node, _index, _file);

    /// <summary>The name of an input; null where it is left out.</summary>
    public string? Input(int index) => index < _node.Input.Count && _node.Input[index].Length > 0 ? _node.Input[index] : null;

    /// <exception cref="InklingException">The attribute is no integer.</exception>
    public long Integer(string name, long otherwise)
        => Attribute(name) is { } attribute
            ? attribute.HasI ? attribute.I : throw Refusal($"has an attribute {name} that is no integer")
            : otherwise;

    /// <exception cref="InklingException">The attribute is no float.</exception>
    public float Float(string name, float otherwise)
        => Attribute(name) is { } attribute
            ? attribute.HasF && float.IsFinite(attribute.F)
                ? attribute.F
                : throw Refusal($"has an attribute {name} that is no number")
            : otherwise;

    /// <summary>A list of integers; null where there is none.</summary>
    public long[]? Integers(string name) => Attribute(name) is { } attribute ? [.. attribute.Ints] : null;

    /// <summary>A list of floats; null where there is none.</summary>
    public float[]? Floats(string name) => Attribute(name) is { } attribute ? [.. attribute.Floats] : null;

    /// <summary>A string; null where there is none.</summary>
    public string? Text(string name) => Attribute(name)?.S.ToStringUtf8();

    /// <summary>A tensor; null where there is none.</summary>
    public TensorProto? Tensor(string name) => Attribute(name)?.T;

    /// <summary>Accepts attributes that do not change the result here, such as those for training only.</summary>
    public void IgnoreAttributes(params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            _used.Add(name);
    }

    /// <exception cref="InklingException">An attribute was never asked for: it may change what the node computes.</exception>
    public void RequireNothingElse()
    {
        if (_node.Attribute.FirstOrDefault(attribute => !_used.Contains(attribute.Name)) is { } unknown)
            throw Refusal($"has an attribute {Quoted(unknown.Name)}, which is not known");
    }

    /// <summary>An error about this node; <paramref name="what"/> follows its name.</summary>
    public InklingException Refusal(string what) => new($"{Name} {what}.");

    /// <inheritdoc cref="Name"/>
    public static string NameOf(NodeProto node, int index, string file) =>
        $"{file}: node {(index + 1).ToString(CultureInfo.InvariantCulture)}"
            + $"{(node.Name.Length > 0 ? " " + Quoted(node.Name) : "")} ({Cut(node.OpType)})";

    /// <summary>Numbers as errors list them, the same under every culture.</summary>
    public static string List<T>(IEnumerable<T> numbers)
        where T : IFormattable =>
        string.Join(", ", numbers.Select(number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>A name from a file, shortened to one line and quoted, for errors.</summary>
    public static string Quoted(string name) => $"\"{Cut(name)}\"";

    private static string Cut(string name) => OneLine.Of(name, most: 60);

    private AttributeProto? Attribute(string name)
    {
        _used.Add(name);
        return _node.Attribute.FirstOrDefault(attribute => attribute.Name == name);
    }
}
