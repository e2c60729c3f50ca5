using System.Globalization;

namespace Inkling.Onnx;

/// <summary>The nodes that do not depend on the image: constants, sizes, and what is computed from them.</summary>
internal sealed partial class GraphReader
{
    private const int MostOfASize = 64; // most integers in a shape

    /// <returns>False where the node depends on the image.</returns>
    private bool TakeConstant(Node node)
    {
        switch (node.Operator)
        {
            case "Constant":
                _constants[node.Output] = ValueOf(node);
                return true;
            case "Shape":
                if (node.Input(0) is not { } name || !_signals.TryGetValue(name, out int signal))
                    return false;
                long[] sides = [_batch, .. _dimensions[signal].Select(side => (long)side)];
                int start = Within(node.Integer("start", 0), sides.Length),
                    end = Within(node.Integer("end", sides.Length), sides.Length);
                _constants[node.Output] = Constant.Of(sides[start..Math.Max(start, end)]);
                return true;
            case "Identity" or "Cast" or "Reshape" or "Squeeze" or "Unsqueeze" or "Transpose" or "Gather" or "Concat" or "Slice"
                when node.Input(0) is { } input && ConstantOf(input) is { } constant:
                _constants[node.Output] = Changed(node, constant);
                return true;
            default:
                return false;
        }
    }

    private Constant ValueOf(Node node)
    {
        if (node.Tensor("value") is { } tensor)
            return Constant.Of(tensor, $"{node.Name}: its tensor", _allowance, _files);
        if (node.Integers("value_ints") is { } integers)
            return Limited(node, Constant.Of(integers));
        if (node.Floats("value_floats") is { } floats)
            return Limited(node, new Constant([floats.Length], floats));
        float value = node.Float("value_float", float.NaN);
        return float.IsNaN(value) ? new Constant([], [node.Integer("value_int", 0)]) : new Constant([], [value]);
    }

    private Constant Changed(Node node, Constant constant)
    {
        switch (node.Operator)
        {
            case "Identity":
                return constant;
            case "Cast":
                bool toFloats = node.Integer("to", 1) is 1 or 10 or 11 or 16;
                node.IgnoreAttributes("saturate");
                if (toFloats == constant.Floats is not null)
                    return constant;
                return toFloats
                    ? Limited(node, new Constant(constant.Shape, [.. constant.Integers!.Select(integer => (float)integer)]))
                    : Limited(node, new Constant(constant.Shape, [.. constant.Floats!.Select(value => (long)value)]));
            case "Transpose":
                long[] order = node.Integers("perm")
                    ?? [.. Enumerable.Range(0, constant.Shape.Length).Reverse().Select(d => (long)d)];
                if (!order.Order().SequenceEqual(Enumerable.Range(0, constant.Shape.Length).Select(d => (long)d)))
                    throw node.Refusal(
                        $"has an order [{Node.List(order)}] that does not fit the shape [{Node.List(constant.Shape)}]");
                _allowance.Take(constant.Count, node.Name);
                return constant.Transposed([.. order.Select(d => (int)d)]);
            case "Reshape" or "Squeeze" or "Unsqueeze":
                long[] sides = SidesOf(node, [.. constant.Shape.Select(side => (long)side)], constant.Count);
                if (sides.Contains(Constant.Batch))
                    throw node.Refusal("gives a constant the batch's size");
                return constant.Reshaped([.. sides.Select(side => (int)side)]);
            case "Concat":
                node.Integer("axis", 0);
                List<long> parts = [];
                for (int i = 0; i < node.Inputs; i++)
                    parts.AddRange(SizesOf(node, RequireConstant(node, i)));
                return Limited(node, Constant.Of(parts));
            default: // Gather, Slice
                if (node.Integer("axis", 0) is not (0 or -1))
                    throw node.Refusal("takes parts along another axis than the first");
                return node.Operator == "Gather"
                    ? Gathered(node, SizesOf(node, constant), RequireConstant(node, 1))
                    : Sliced(node, SizesOf(node, constant));
        }
    }

    private static Constant Gathered(Node node, long[] sizes, Constant places)
    {
        long[] wanted = SizesOf(node, places);
        if (wanted.Any(place => place < -sizes.Length || place >= sizes.Length))
            throw node.Refusal($"takes one of {sizes.Length} sizes that is not there");
        return new Constant(places.Shape, [.. wanted.Select(place => sizes[place < 0 ? place + sizes.Length : place])]);
    }

    private Constant Sliced(Node node, long[] sizes)
    {
        long[] starts = node.OperatorSet < 10 ? node.Integers("starts") ?? [] : SizesOf(node, RequireConstant(node, 1));
        long[] ends = node.OperatorSet < 10 ? node.Integers("ends") ?? [] : SizesOf(node, RequireConstant(node, 2));
        long[] axes = node.OperatorSet < 10 ? node.Integers("axes") ?? [0]
            : node.Input(3) is null ? [0]
            : SizesOf(node, RequireConstant(node, 3));
        bool isPlain = node.Input(4) is null || SizesOf(node, RequireConstant(node, 4)) is [1];
        if (starts is not [var from] || ends is not [var to] || axes is not [0 or -1] || !isPlain)
            throw node.Refusal("takes other parts of a shape than a run of its sizes");
        int start = Within(from, sizes.Length), end = Within(to, sizes.Length);
        return Constant.Of(sizes[start..Math.Max(start, end)]);
    }

    /// <summary>The shape that Reshape, Squeeze or Unsqueeze asks for, with -1 and 0 resolved.</summary>
    /// <param name="node">The Reshape, Squeeze or Unsqueeze.</param>
    /// <param name="before">The shape before; its first side may be <see cref="Constant.Batch"/>.</param>
    /// <param name="count">The number of elements; those of one image where the batch size is free.</param>
    private long[] SidesOf(Node node, long[] before, long count)
    {
        if (node.Operator == "Reshape")
        {
            long[] sides = [.. node.Input(1) is null ? node.Integers("shape") ?? [] : SizesOf(node, RequireConstant(node, 1))];
            if (node.Integer("allowzero", 0) == 0)
            {
                for (int i = 0; i < sides.Length; i++)
                    sides[i] = sides[i] != 0 ? sides[i]
                        : i < before.Length ? before[i]
                        : throw node.Refusal("keeps a dimension that is not there");
            }

            return Filled(node, sides, before, count);
        }

        int rank = before.Length;
        long[]? axes = node.Input(1) is null ? node.Integers("axes") : SizesOf(node, RequireConstant(node, 1));
        if (node.Operator == "Unsqueeze")
        {
            axes ??= [];
            int wider = rank + axes.Length;
            HashSet<long> added = [.. axes.Select(axis => axis < 0 ? axis + wider : axis)];
            if (added.Count != axes.Length || added.Any(axis => axis < 0 || axis >= wider))
                throw node.Refusal($"adds dimensions [{Node.List(axes)}] to a shape of {rank}");
            Queue<long> old = new(before);
            return [.. Enumerable.Range(0, wider).Select(d => added.Contains(d) ? 1 : old.Dequeue())];
        }

        axes ??= [.. Enumerable.Range(0, rank).Where(d => before[d] == 1).Select(d => (long)d)];
        HashSet<long> removed = [.. axes.Select(axis => axis < 0 ? axis + rank : axis)];
        if (removed.Any(axis => axis < 0 || axis >= rank || before[axis] != 1))
            throw node.Refusal($"removes dimensions [{Node.List(axes)}] that are not all 1");
        return [.. before.Where((_, d) => !removed.Contains(d))];
    }

    private long[] Filled(Node node, long[] sides, long[] before, long count)
    {
        bool isOfImages = before.Length > 0 && before[0] == Constant.Batch;
        int open = Array.IndexOf(sides, -1);
        if (isOfImages && (open == 0 || (sides.Length > 0 && sides[0] == _batch)))
        {
            sides[0] = Constant.Batch;
            open = Array.IndexOf(sides, -1);
        }

        long known = 1;
        foreach (long side in sides.Where(side => side is not (-1 or Constant.Batch)))
            known = side is >= 0 and <= int.MaxValue && known <= int.MaxValue
                ? known * side
                : throw node.Refusal($"asks for a side of {side}");
        if (open >= 0 && known > 0 && count % known == 0)
            sides[open] = count / known;
        bool fits = open >= 0 ? !sides.Contains(-1) && known > 0 : known == count;
        return fits
            ? sides
            : throw node.Refusal(FormattableString.Invariant($"asks for the shape [{Text(sides)}] of {count:N0} numbers"));
    }

    /// <summary>The constant as the sizes of a shape: at most <see cref="MostOfASize"/> integers.</summary>
    private static long[] SizesOf(Node node, Constant constant) =>
        constant.Integers is { Length: <= MostOfASize } integers && constant.Shape.Length <= 1
            ? integers
            : throw node.Refusal("takes something else than the sizes of a shape");

    /// <summary>An index into a list of sizes, clamped to it; a negative one counts from the end.</summary>
    private static int Within(long place, int length) => (int)Math.Clamp(place < 0 ? place + length : place, 0, length);

    private Constant Limited(Node node, Constant constant)
    {
        _allowance.Take(constant.Count, node.Name);
        return constant;
    }

    private static string Text(IEnumerable<long> sides)
        => string.Join(
            ", ", sides.Select(side => side == Constant.Batch ? "batch" : side.ToString(CultureInfo.InvariantCulture)));
}
