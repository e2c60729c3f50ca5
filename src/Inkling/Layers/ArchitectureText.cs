using System.Globalization;

namespace Inkling.Layers;

/// <summary>Parses the text of an <see cref="Architecture"/>: words, with their numbers after colons.</summary>
internal static class ArchitectureText
{
    private const string Words =
        "conv:CHANNELS:HxW[:strideS][:padP][:nobias], dense:NEURONS[:nobias], maxpool:SIZE[:strideS], avgpool:SIZE[:strideS], "
            + "gap, add:LAYERS, batchnorm, dropout:RATE, flatten, sigmoid, tanh, relu, silu, softmax";

    private const int MaxShown = 40;

    public static Architecture Parse(string text, Cost? cost)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || ShapeOf(words[0]) is not { } input)
            throw new FormatException("An architecture begins with its input's shape, as 784, 1x28x28 or 1x32x*.");
        return new Architecture(input, [.. words.Skip(1).Select(LayerOf)], cost);
    }

    private static Shape? ShapeOf(string word)
    {
        int[] sides =
        [
            .. word.Split('x')
                .Select(side => int.TryParse(side, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0)
        ];
        return sides switch
        {
            [> 0 and int length] => new Shape(length),
            [> 0 and int channels, > 0 and int height, > 0 and int width] => new Shape(channels, height, width),
            [> 0 and int channels, > 0 and int height, _] when word.EndsWith("x*", StringComparison.Ordinal) =>
                new Shape(channels, height, Shape.AnyWidth),
            _ => null,
        };
    }

    private static Layer LayerOf(string word)
    {
        Queue<string> parts = new(word.Split(':'));
        Layer? layer = parts.Dequeue() switch
        {
            "conv" when Number(parts) is { } channels && Kernel(parts) is { } kernel =>
                new Layer.Convolution(
                    channels, kernel, Named(parts, "stride"), Named(parts, "pad") ?? 0, !Flag(parts, "nobias")),
            "dense" when Number(parts) is { } neurons => new Layer.Dense(neurons, !Flag(parts, "nobias")),
            "maxpool" when OneOrTwo(parts) is { } size => new Layer.MaxPool(size, Named(parts, "stride") ?? 0),
            "avgpool" when OneOrTwo(parts) is { } size => new Layer.AveragePool(size, Named(parts, "stride") ?? 0),
            "add" when Number(parts) is { } layers => new Layer.Add(layers),
            "gap" => new Layer.GlobalAveragePool(),
            "batchnorm" => new Layer.BatchNormalisation(),
            "dropout" when parts.TryDequeue(out string? rate)
                && double.TryParse(
                    rate,
                    NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                    CultureInfo.InvariantCulture,
                    out double value) =>
                new Layer.Dropout(value),
            "flatten" => new Layer.Flatten(),
            "sigmoid" => new Layer.Activation(ActivationFunction.Sigmoid),
            "tanh" => new Layer.Activation(ActivationFunction.Tanh),
            "relu" => new Layer.Activation(ActivationFunction.Relu),
            "silu" => new Layer.Activation(ActivationFunction.Silu),
            "softmax" => new Layer.Softmax(),
            _ => null,
        };
        return layer is not null && parts.Count == 0
            ? layer
            : throw new FormatException($"\"{OneLine.Of(word, MaxShown)}\" is not a layer. There are: {Words}.");
    }

    private static int? Number(Queue<string> parts) =>
        parts.TryPeek(out string? part) && Parse(part) is { } number && parts.TryDequeue(out _) ? number : null;

    /// <summary>Two sides, as <c>4x3</c>.</summary>
    private static Sides? Kernel(Queue<string> parts) =>
        parts.TryPeek(out string? part) && Two(part) is { } sides && parts.TryDequeue(out _) ? sides : null;

    /// <summary>Two sides, or one number for both.</summary>
    private static Sides? OneOrTwo(Queue<string> parts) => Named(parts, "");

    private static Sides? Named(Queue<string> parts, string name) =>
        parts.TryPeek(out string? part) && part.StartsWith(name, StringComparison.Ordinal)
        && (Two(part[name.Length..]) ?? Parse(part[name.Length..])) is { } sides && parts.TryDequeue(out _)
            ? sides
            : null;

    private static Sides? Two(string text) =>
        text.Split('x') is [var height, var width] && Parse(height) is { } down && Parse(width) is { } across
            ? new Sides(down, across)
            : null;

    private static bool Flag(Queue<string> parts, string name) =>
        parts.TryPeek(out string? part) && part == name && parts.TryDequeue(out _);

    private static int? Parse(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
