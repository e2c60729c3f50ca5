using System.CommandLine;
using System.CommandLine.Parsing;

namespace Inkling.Cli.Sweeps;

/// <summary>
/// The options of a sweep that span its grid: those of <c>train</c>, each with any number of values. A value is parsed by the
/// option of <c>train</c> itself.
/// </summary>
internal sealed class SweepAxes
{
    private readonly NetworkOptions _networks = new();
    private readonly LearningOptions _learning = new();
    private readonly Command _train = new("train");
    private readonly List<(Option Single, Option<string[]> Many)> _axes = [];

    private readonly Option<SeedRanges?> _seeds = new("--seeds")
    {
        Description = "Seeds of each cell's runs, as 1-50 or 1-10,77; the data are divided by seed 1",
        HelpName = "N-N,…",
        DefaultValueFactory = _ => SeedRanges.Parse("1"),
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (SeedRanges.Parse(text) is { } ranges)
                return ranges;
            result.AddError($"--seeds takes {SeedRanges.Accepted}, each once, not \"{text}\".");
            return null;
        },
    };

    public SweepAxes()
    {
        foreach (Option option in _networks.All.Concat(_learning.All))
        {
            _train.Options.Add(option);
            Option<string[]> many = new(option.Name)
            {
                Description = option.Description,
                HelpName = IsNetwork(option) ? $"{option.HelpName} …" : $"{option.HelpName},…",
                Arity = ArgumentArity.OneOrMore,
                AllowMultipleArgumentsPerToken = true,
            };
            foreach (string alias in option.Aliases)
                many.Aliases.Add(alias);
            _axes.Add((option, many));
        }
    }

    /// <summary>The options, in the order of the help.</summary>
    public IEnumerable<Option> All => _axes.Select(axis => (Option)axis.Many).Append(_seeds);

    /// <summary>Adds an error for the first value that <c>train</c> would not take.</summary>
    public void Validate(CommandResult result)
    {
        foreach ((Option single, Option<string[]> many) in _axes)
        {
            if (result.GetResult(many) is not { } given)
                continue;
            string? error = WordsOf(single, given.Tokens.Select(token => token.Value))
                .SelectMany(word => ParseAsTrain([single.Name, word]).Errors)
                .Select(error => error.Message)
                .FirstOrDefault();
            if (error is null)
                continue;
            result.AddError(error);
            return;
        }
    }

    /// <summary>The grid that the options span.</summary>
    /// <exception cref="InklingException">
    /// It has too many runs, or a run twice, or a cost does not go with a network.
    /// </exception>
    public SweepGrid GridOf(ParseResult parsed)
    {
        (Option Option, string[] Words)[] given =
        [
            .. _axes
                .Where(axis => parsed.GetResult(axis.Many) is { Implicit: false })
                .Select(axis => (axis.Single, WordsOf(axis.Single, parsed.GetValue(axis.Many)!)))
        ];
        // All ways of naming a network are values of one axis.
        string[][] networks = [.. given.Where(axis => IsNetwork(axis.Option)).SelectMany(Arguments)];
        string[][][] axes =
        [
            .. networks.Length > 0 ? new[] { networks } : [],
            .. given.Where(axis => !IsNetwork(axis.Option)).Select(axis => Arguments(axis).ToArray()),
        ];
        SeedRanges seeds = parsed.GetValue(_seeds)!;
        SweepGrid.RequireSize([.. axes.Select(axis => axis.Length)], seeds.Count);
        IEnumerable<string[]> cells = [[]];
        foreach (string[][] axis in axes)
            cells = cells.SelectMany(cell => axis.Select(value => (string[])[.. cell, .. value]));
        return new SweepGrid([.. cells.Select(CellOf)], [.. seeds.All]);
    }

    private static IEnumerable<string[]> Arguments((Option Option, string[] Words) axis) =>
        axis.Words.Select(word => (string[])[axis.Option.Name, word]);

    /// <summary>As the command line is parsed: <c>@x</c> is no response file.</summary>
    private ParseResult ParseAsTrain(string[] arguments) =>
        _train.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });

    private SweepCell CellOf(string[] arguments)
    {
        ParseResult parsed = ParseAsTrain(arguments);
        Recipe recipe = _learning.Apply(parsed, _networks.RecipeOf(parsed), isFineTuning: false);
        return new SweepCell(_networks.LabelOf(parsed), recipe);
    }

    /// <summary>The values of an option: commas separate them, except in the names of networks.</summary>
    private string[] WordsOf(Option option, IEnumerable<string> given) =>
        IsNetwork(option) ? [.. given] : [.. given.SelectMany(text => text.Split(','))];

    private bool IsNetwork(Option option) => _networks.All.Contains(option);
}
