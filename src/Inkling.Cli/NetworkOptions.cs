using System.CommandLine;

namespace Inkling.Cli;

/// <summary>The options that say which new network is trained: its layers, a name, or an architecture's text.</summary>
internal sealed class NetworkOptions
{
    private readonly Option<int[]?> _layers = Options.Layers();

    private readonly Option<string?> _model = Options.OneOf(
        "--model",
        "A named network in place of --layers, with its own way of training",
        [.. Recipe.All.Select(recipe => recipe.Name)]);

    private readonly Option<Architecture?> _architecture = Options.ArchitectureText();

    /// <summary>The options, in the order of the help; at most one of them is given.</summary>
    public IReadOnlyList<Option> All => [_layers, _model, _architecture];

    /// <summary>What is trained, and how where no option says otherwise; the seed's network where none is given.</summary>
    public Recipe RecipeOf(ParseResult parsed) =>
        parsed.GetValue(_layers) is { Length: > 0 } sizes
            ? Recipe.Seed with { Architecture = Architecture.FullyConnected(sizes) }
            : parsed.GetValue(_architecture) is { } own ? Recipe.Tiny with { Name = "architecture", Architecture = own }
            : Recipe.Named(parsed.GetValue(_model) ?? "seed")!;

    /// <summary>What tables call that network: its name, its architecture's text, or its layers.</summary>
    public string LabelOf(ParseResult parsed) =>
        parsed.GetValue(_model)
            ?? parsed.GetValue(_architecture)?.ToString()
            ?? string.Join(',', RecipeOf(parsed).Architecture.Sizes!);
}
