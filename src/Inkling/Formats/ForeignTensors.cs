using System.Globalization;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Formats;

/// <summary>
/// Places tensors that another program named, such as a PyTorch module's, into the layers of an architecture: by their shapes,
/// and where several layers have the same, in the order of their names.
/// </summary>
internal static class ForeignTensors
{
    private const int MostListed = 8;
    private const int MostTensors = 10_000; // each is compared with each layer

    /// <param name="tensors">Named <c>MODULE.weight</c>, <c>.bias</c>, <c>.running_mean</c>, <c>.running_var</c>.</param>
    /// <param name="architecture">The layers.</param>
    /// <param name="name">The file's name in error messages.</param>
    /// <exception cref="InklingException">A layer has no tensors of its shapes, or tensors are left over.</exception>
    public static Network Place(IReadOnlyList<Tensor> tensors, Architecture architecture, string name)
    {
        if (tensors.Count > MostTensors)
            throw new InklingException(FormattableString.Invariant(
                $"{name}: {tensors.Count:N0} tensors; a network's layers have {MostTensors:N0} at most."));
        long stored = tensors.Sum(tensor => (long)tensor.Values.Length);
        if (stored < architecture.ParameterCount)
            throw new InklingException(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: its tensors hold {stored:N0} numbers, fewer than "
                    + $"the {architecture.ParameterCount:N0} of {architecture}: "
                    + $"{List(tensors)}."));
        List<IGrouping<string, Tensor>> modules = [.. ModulesOf(tensors)];
        ParameterBuffer parameters = new(architecture);
        foreach (IGrouping<string, NamedTensor> layer in
            NamedTensor.Of(parameters).GroupBy(place => ModuleOf(place.Name), StringComparer.Ordinal))
        {
            int found = modules.FindIndex(module => Fits(module, layer));
            if (found < 0)
                throw new InklingException(
                    $"{name}: no layer in it has "
                        + string.Join(" and ", layer.Select(place => Text(KindOf(place.Name), place.Shape)))
                        + $", which {architecture} asks for. Left are {List(modules.SelectMany(module => module))}.");
            Dictionary<string, Tensor> own = modules[found].ToDictionary(tensor => KindOf(tensor.Name), StringComparer.Ordinal);
            foreach (NamedTensor place in layer)
                place.Set(own[KindOf(place.Name)].Values);
            modules.RemoveAt(found);
        }

        return modules.Count == 0
            ? new Network(parameters, new RandomStream(seed: 1))
            : throw new InklingException(
                $"{name}: {List(modules.SelectMany(module => module))} have no place in {architecture}.");
    }

    /// <summary>What a file without an architecture holds, and how to give it one.</summary>
    public static string Describe(IReadOnlyList<Tensor> tensors)
    {
        string example = DenseLayersOf(tensors) ?? "1x28x28 conv:20:5x5 relu maxpool:2 flatten dense:10 softmax";
        return $"weights of another program, without its layers: {List(tensors)}. "
            + $"Name the layers, such as --architecture \"{example}\" (in C#, Network.Load(path, architecture)), "
            + "or export the model as ONNX, which has them.";
    }

    /// <summary>The architecture of weights that are all matrices and fit each other; null for others.</summary>
    private static string? DenseLayersOf(IReadOnlyList<Tensor> tensors)
    {
        int[][] weights =
        [
            .. ModulesOf(tensors).Select(module => module.FirstOrDefault(tensor => KindOf(tensor.Name) == "weight")?.Shape ?? [])
        ];
        bool areDense = weights.Length > 0 && weights.All(shape => shape.Length == 2)
            && weights.Skip(1).Index().All(next => next.Item[1] == weights[next.Index][0]);
        return areDense
            ? $"{weights[0][1]} {string.Join(" relu ", weights.Select(shape => $"dense:{shape[0]}"))} softmax"
            : null;
    }

    private static IEnumerable<IGrouping<string, Tensor>> ModulesOf(IEnumerable<Tensor> tensors) =>
        tensors.GroupBy(tensor => ModuleOf(tensor.Name), StringComparer.Ordinal)
            .OrderBy(module => module.Key, Comparer<string>.Create(CompareNaturally));

    private static bool Fits(IEnumerable<Tensor> module, IEnumerable<NamedTensor> layer) =>
        module.Select(tensor => Text(KindOf(tensor.Name), tensor.Shape)).Order(StringComparer.Ordinal)
            .SequenceEqual(
                layer.Select(place => Text(KindOf(place.Name), place.Shape)).Order(StringComparer.Ordinal),
                StringComparer.Ordinal);

    private static string ModuleOf(string tensor) => tensor[..Math.Max(0, tensor.LastIndexOf('.'))];

    private static string KindOf(string tensor) => tensor[(tensor.LastIndexOf('.') + 1)..];

    private static string Text(string name, int[] shape) => $"{OneLine.Of(name, most: 60)} [{string.Join(", ", shape)}]";

    private static string List(IEnumerable<Tensor> tensors)
    {
        Tensor[] all = [.. ModulesOf(tensors).SelectMany(module => module)];
        return string.Join(", ", all.Take(MostListed).Select(tensor => Text(tensor.Name, tensor.Shape)))
            + (all.Length > MostListed ? $" and {all.Length - MostListed} more" : "");
    }

    /// <summary>Orders names with numbers by the numbers: layers.2 before layers.10.</summary>
    private static int CompareNaturally(string a, string b)
    {
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            if (!char.IsAsciiDigit(a[i]) || !char.IsAsciiDigit(b[j]))
            {
                if (a[i] != b[j])
                    return a[i].CompareTo(b[j]);
                i++;
                j++;
                continue;
            }

            ReadOnlySpan<char> first = NumberAt(a, ref i), second = NumberAt(b, ref j);
            int order = first.Length != second.Length ? first.Length.CompareTo(second.Length) : first.SequenceCompareTo(second);
            if (order != 0)
                return order;
        }

        return (a.Length - i).CompareTo(b.Length - j);

        static ReadOnlySpan<char> NumberAt(string text, ref int at)
        {
            int start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            return text.AsSpan(start, at - start).TrimStart('0');
        }
    }
}
