using System.Globalization;

namespace Inkling.Layers;

/// <summary>Parses the text of an <see cref="Architecture"/>: words, with their numbers after colons.</summary>
internal static class ArchitectureText
{
    private const string Words =
        "conv:CHANNELS:KxK[:strideS][:padP][:nobias], dense:NEURONS[:nobias], maxpool:SIZE[:strideS], avgpool:SIZE[:strideS], "
            + "gap, batchnorm, dropout:RATE, flatten, sigmoid, tanh, relu, silu, softmax";

    private const int MaxShown = 40;

    public static Architecture Parse(string text, Cost? cost)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || ShapeOf(words[0]) is not { } input)
            throw new FormatException("An architecture begins with its input's shape, as 784 or 1x28x28.");
        return new Architecture(input, [.. words.Skip(1).Select(LayerOf)], cost);
    }

    private static Shape? ShapeOf(string word)
    {
        int[] sides =
        [
            .. word.Split('x')
                .Select(side => int.TryParse(side, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0)
        ];
        return sides.Any(side => side == 0) ? null : sides switch
        {
            [int length] => new Shape(length),
            [int channels, int height, int width] => new Shape(channels, height, width),
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
                    channels, kernel, Named(parts, "stride") ?? 1, Named(parts, "pad") ?? 0, !Flag(parts, "nobias")),
            "dense" when Number(parts) is { } neurons => new Layer.Dense(neurons, !Flag(parts, "nobias")),
            "maxpool" when Number(parts) is { } size => new Layer.MaxPool(size, Named(parts, "stride") ?? 0),
            "avgpool" when Number(parts) is { } size => new Layer.AveragePool(size, Named(parts, "stride") ?? 0),
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

    private static int? Kernel(Queue<string> parts) =>
        parts.TryPeek(out string? part) && part.Split('x') is [var height, var width] && height == width
        && Parse(height) is { } side && parts.TryDequeue(out _)
            ? side
            : null;

    private static int? Named(Queue<string> parts, string name) =>
        parts.TryPeek(out string? part) && part.StartsWith(name, StringComparison.Ordinal)
        && Parse(part[name.Length..]) is { } number && parts.TryDequeue(out _)
            ? number
            : null;

    private static bool Flag(Queue<string> parts, string name) =>
        parts.TryPeek(out string? part) && part == name && parts.TryDequeue(out _);

    private static int? Parse(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
