using System.Globalization;
using Inkling.Onnx.Schema;

namespace Inkling.Onnx;

/// <summary>
/// The nodes that compute a graph's answer, each after those it depends on. Nodes that it does not depend on are left out, as are
/// those behind it that only name the class, as scikit-learn's ZipMap.
/// </summary>
internal sealed class GraphOrder
{
    private const int MostOutputs = 16; // each is followed back through the graph

    private readonly GraphProto _graph;
    private readonly string _file;
    private readonly Dictionary<string, int> _makers = new(StringComparer.Ordinal); // of each value, the index of its node
    private readonly Lazy<ILookup<string, TensorProto>> _tensors;
    private long _stepsLeft; // through naming nodes: a circle of them has no end

    /// <summary>Chooses the output that depends on most nodes, and orders these.</summary>
    /// <exception cref="InklingException">
    /// Two nodes give the same value, nodes depend on each other in a circle, or the classes are not 0, 1, 2 …
    /// </exception>
    public GraphOrder(GraphProto graph, string file)
    {
        _graph = graph;
        _file = file;
        _tensors = new(() => graph.Initializer.ToLookup(tensor => tensor.Name, StringComparer.Ordinal));
        foreach ((int index, NodeProto node) in graph.Node.Index())
        {
            foreach (string value in node.Output.Where(value => value.Length > 0))
            {
                if (!_makers.TryAdd(value, index))
                    throw new InklingException(
                        $"{Node.NameOf(node, index, file)} gives {Node.Quoted(value)}, which there is already.");
            }
        }

        if (graph.Output.Count is 0 or > MostOutputs)
            throw new InklingException($"{file}: it has {graph.Output.Count:N0} outputs; a network that reads digits has one.");
        HashSet<int> nodes = [];
        foreach (ValueInfoProto output in graph.Output)
        {
            _stepsLeft = 4L * (graph.Node.Count + 1);
            string value = BeforeNaming(output.Name);
            HashSet<int> needed = NodesFor(value);
            if (Output is not null && needed.Count <= nodes.Count)
                continue;
            Output = value;
            nodes = needed;
        }

        Nodes = Ordered(nodes);
        foreach (NodeProto node in Nodes.Select(index => graph.Node[index]).Where(node => node.OpType == "LinearClassifier"))
            RequireDigits(node, LabelsOf(node));
    }

    /// <summary>The name of the value that is the network's output.</summary>
    public string? Output { get; }

    /// <summary>The indices of the nodes, in an order in which they can be computed.</summary>
    public IReadOnlyList<int> Nodes { get; }

    /// <summary>The value before nodes that take the most probable class, name it, or put names beside probabilities.</summary>
    private string BeforeNaming(string value)
    {
        while (_stepsLeft-- > 0 && _makers.TryGetValue(value, out int index))
        {
            NodeProto node = _graph.Node[index];
            if (node.OpType is "ZipMap" or "ArgMax" && node.Input.Count > 0)
            {
                RequireDigits(node, LabelsOf(node));
                value = node.Input[0];
            }
            else if (node.OpType == "LinearClassifier" && node.Output is [var label, var scores] && value == label)
            {
                value = scores;
            }
            else if (ChosenClassOf(node) is { } chosen)
            {
                value = chosen;
            }
            else
            {
                break;
            }
        }

        return value;
    }

    /// <summary>The index of the most probable class to which a node gives another form; null for any other node.</summary>
    private string? ChosenClassOf(NodeProto node)
    {
        string? value = null;
        while (_stepsLeft-- > 0)
        {
            if (node.OpType == "ArgMax")
                return value;
            if (node.OpType is not ("Cast" or "Reshape" or "Squeeze" or "Identity" or "ArrayFeatureExtractor" or "LabelEncoder"))
                return null;
            int place = node.OpType == "ArrayFeatureExtractor" ? 1 : 0; // its first input are the classes' names
            if (place == 1 && node.Input.Count > 0)
                RequireDigits(node, LabelsOf(node));
            if (node.Input.Count <= place || !_makers.TryGetValue(value = node.Input[place], out int index))
                return null;
            node = _graph.Node[index];
        }

        return null;
    }

    /// <summary>What a node calls the classes, in the order of the outputs; none where it does not say.</summary>
    private List<string> LabelsOf(NodeProto node)
    {
        if (node.OpType == "ArrayFeatureExtractor")
        {
            TensorProto? names = _tensors.Value[node.Input[0]].FirstOrDefault();
            if (names is null)
                return [];
            if (names.StringData.Count > 0)
                return [.. names.StringData.Select(text => text.ToStringUtf8())];
            long[] numbers =
                Constant.Of(names, $"{_file}: tensor {Node.Quoted(names.Name)}", new ElementBudget(4096, _file)).Integers ?? [];
            return [.. numbers.Select(label => label.ToString(CultureInfo.InvariantCulture))];
        }

        List<string> labels = [];
        foreach (AttributeProto attribute in node.Attribute.Where(
            attribute => attribute.Name.StartsWith("classlabels_", StringComparison.Ordinal)))
        {
            labels.AddRange(attribute.Ints.Select(label => label.ToString(CultureInfo.InvariantCulture)));
            labels.AddRange(attribute.Strings.Select(text => text.ToStringUtf8()));
        }

        return labels;
    }

    /// <summary>Refuses classes in another order, whose digits would be read as others.</summary>
    private void RequireDigits(NodeProto node, List<string> labels)
    {
        bool areNumbers = labels.TrueForAll(label => int.TryParse(label, CultureInfo.InvariantCulture, out _));
        if (areNumbers && labels.Index().Any(label => int.Parse(label.Item, CultureInfo.InvariantCulture) != label.Index))
            throw new InklingException(
                $"{Node.NameOf(node, _graph.Node.IndexOf(node), _file)} calls the classes "
                    + $"{OneLine.Of(string.Join(", ", labels.Take(20)), most: 100)}; "
                    + "read are networks whose outputs stand for 0, 1, 2 … in this order.");
    }

    private HashSet<int> NodesFor(string value)
    {
        HashSet<int> needed = [];
        Stack<string> values = new([value]);
        while (values.TryPop(out string? next))
        {
            if (!_makers.TryGetValue(next, out int index) || !needed.Add(index))
                continue;
            foreach (string input in _graph.Node[index].Input)
                values.Push(input);
        }

        return needed;
    }

    /// <summary>Topological order; of nodes that could come next the first in the file (Kahn 1962).</summary>
    private List<int> Ordered(HashSet<int> nodes)
    {
        Dictionary<int, int> waiting = [];
        Dictionary<int, List<int>> takers = [];
        PriorityQueue<int, int> ready = new();
        foreach (int index in nodes)
        {
            int[] before = [.. _graph.Node[index].Input.Where(_makers.ContainsKey).Select(input => _makers[input])];
            waiting[index] = before.Length;
            foreach (int maker in before)
            {
                if (!takers.TryGetValue(maker, out List<int>? list))
                    takers[maker] = list = [];
                list.Add(index);
            }

            if (before.Length == 0)
                ready.Enqueue(index, index);
        }

        List<int> ordered = [];
        while (ready.TryDequeue(out int index, out _))
        {
            ordered.Add(index);
            foreach (int taker in takers.GetValueOrDefault(index, []))
            {
                if (--waiting[taker] == 0)
                    ready.Enqueue(taker, taker);
            }
        }

        return ordered.Count == nodes.Count
            ? ordered
            : throw new InklingException(
                $"{_file}: {nodes.Count - ordered.Count} of its nodes depend on each other in a circle.");
    }
}
