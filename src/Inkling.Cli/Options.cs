using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Inkling.Cli;

/// <summary>
/// The options that commands share, and how options are parsed: the error for a wrong value names the option and the values
/// that it takes.
/// </summary>
internal static class Options
{
    public static Option<string?> Data() => new("--data")
    {
        Description = "Folder with the data set's IDX files (default: INKLING_DATA, then the cache, then a download)",
        HelpName = "DIR",
    };

    public static Option<bool> Json()
        => new("--json") { Description = "One JSON object per result line on standard output, nothing else" };

    public static Option<string?> Plot(string pictures) => Picture("--plot", $"Draw {pictures}");

    /// <summary>A picture to draw. Other extensions are refused: <c>--plot notes.txt</c> would overwrite the notes.</summary>
    public static Option<string?> Picture(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "FILE.png",
        CustomParser = result => (string?)Parse(result, name, "the name of a file that ends in .png or .svg", text =>
            text.EndsWith(".png", StringComparison.OrdinalIgnoreCase) || text.EndsWith(".svg", StringComparison.OrdinalIgnoreCase)
                ? text
                : null),
    };

    public static Option<int> Seed() => Number("--seed", "Same seed, same network, to the bit", 1, int.MinValue, int.MaxValue);

    public static Option<int> Threads() =>
        Number("--threads", "Processor cores to use, 0 for all; the result does not depend on it", 0, 0, 1024);

    /// <summary>A number within bounds, both included.</summary>
    public static Option<T> Number<T>(string name, string description, T standard, T least, T most)
        where T : INumber<T>, IMinMaxValue<T>
    {
        string kind = typeof(T) == typeof(int) ? "a whole number" : "a number";
        string range = least == T.MinValue ? kind
            : most == T.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"{kind} from {least:0.#########} on")
            : string.Create(CultureInfo.InvariantCulture, $"{kind} from {least:0.#########} to {most:0}");
        return new Option<T>(name)
        {
            Description = description,
            HelpName = typeof(T) == typeof(int) ? "N" : "NUMBER",
            DefaultValueFactory = _ => standard,
            CustomParser = result => Parse(result, name, range, text =>
                T.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out T? value)
                    && value >= least
                    && value <= most
                        ? value
                        : null as object) is T parsed
                ? parsed
                : standard,
        };
    }

    /// <summary>Layer sizes as <c>784,100,10</c>.</summary>
    public static Option<int[]?> Layers() => new("--layers")
    {
        Description = "Neurons in each layer, inputs first (default: 784,30,10)",
        HelpName = "N,N,…",
        CustomParser = result => (int[]?)Parse(
            result,
            "--layers",
            "at least two whole numbers from 1 to 65536 with commas between them, as 784,100,10",
            text =>
            {
                string[] parts = text.Split(',');
                int[] sizes =
                [
                    .. parts.Select(
                        part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)
                ];
                return sizes.Length >= 2 && sizes.All(size => size is >= 1 and <= 65536) ? sizes : null;
            }),
    };

    /// <summary>An architecture's text, as <c>"1x28x28 conv:20:5x5 relu maxpool:2 flatten dense:10 softmax"</c>.</summary>
    /// <param name="description">Null for that of layers to train.</param>
    public static Option<Architecture?> ArchitectureText(string? description = null) => new("--architecture")
    {
        Description = description
            ?? "Layers of your own, as \"1x28x28 conv:20:5x5 relu maxpool:2 flatten dense:10 softmax\"; trained as tiny is",
        HelpName = "TEXT",
        CustomParser = result =>
        {
            try
            {
                return Architecture.Parse(result.Tokens[0].Value);
            }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                result.AddError($"--architecture: {OneLine.ReasonOf(e)}");
                return null;
            }
        },
    };

    /// <summary>The pattern of each number, as <c>dd/dd/dd</c>.</summary>
    public static Option<NumberPattern?> Pattern() => new("--pattern")
    {
        Description = "What each number looks like: d for a digit, anything else as it is written, as dd/dd/dd or 20dd",
        HelpName = "TEXT",
        CustomParser = result =>
        {
            try
            {
                return NumberPattern.Parse(result.Tokens[0].Value);
            }
            catch (FormatException e)
            {
                result.AddError($"--pattern: {e.Message}");
                return null;
            }
        },
    };

    /// <summary>One of the given names, in upper or lower case.</summary>
    public static Option<string?> OneOf(string name, string description, params string[] names) => new(name)
    {
        Description = $"{description}: {string.Join(", ", names)}",
        HelpName = "NAME",
        CustomParser = result => (string?)Parse(
            result,
            name,
            $"one of {string.Join(", ", names)}",
            text => Array.Find(names, known => known.Equals(text, StringComparison.OrdinalIgnoreCase)),
            names),
    };

    /// <summary>What words with numbers say, as <c>sgd:0.9</c>.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="accepted">All forms of the words.</param>
    /// <param name="parse">Returns null for a text of no such form.</param>
    public static Option<T?> Words<T>(string name, string description, string accepted, Func<string, T?> parse)
        where T : class => new(name)
    {
        Description = $"{description}: {accepted}",
        HelpName = "TEXT",
        CustomParser = result => (T?)Parse(
            result,
            name,
            accepted,
            parse,
            [.. accepted.Split([", ", " or "], StringSplitOptions.None).Select(form => form.Split(':')[0])]),
    };

    private static object? Parse(
        ArgumentResult result, string name, string accepted, Func<string, object?> parse, params string[] known)
    {
        if (result.Tokens is [Token token] && parse(token.Value) is { } value)
            return value;
        string given = string.Join(' ', result.Tokens.Select(t => t.Value));
        result.AddError($"{name} takes {accepted}, not \"{given}\".{Spelling.Hint(given, known)}");
        return null;
    }
}
