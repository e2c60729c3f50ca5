using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using Inkling.Files;
using Inkling.Web.Reading;

namespace Inkling.Cli;

/// <summary>
/// The options for a network that others trained: how its pixels were normalised, and the layers that its weights are for.
/// </summary>
internal sealed class ModelOptions
{
    private readonly Option<double> _mean = Options.Number(
        "--mean",
        "The network was trained on (pixel - mean) / deviation; by default it is tried on a few digits which it was",
        0.0,
        -1e6,
        1e6);

    private readonly Option<double> _deviation = Options.Number(
        "--deviation",
        "With --mean: 0.1307 and 0.3081 in PyTorch's MNIST example, 0 and 0.00392157 for pixels to 255",
        1.0,
        1e-6,
        1e6);

    private readonly Option<bool> _invert = new("--invert")
    {
        Description = "The network was trained on dark digits on light paper: 1 is paper"
    };

    private readonly Option<Architecture?> _architecture = Options.ArchitectureText(
        "The layers of weights that another program saved as safetensors, as \"784 dense:128 relu dense:10 softmax\"");

    private Option[] All => [_mean, _deviation, _invert, _architecture];

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in All)
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (IsGiven(result, _mean) != IsGiven(result, _deviation))
                result.AddError("--mean and --deviation go together");
        });
    }

    /// <summary>The name of the first of the options that the user gave; null where none was given.</summary>
    public string? FirstGiven(CommandResult result) => All.FirstOrDefault(option => IsGiven(result, option))?.Name;

    /// <summary>Loads the network that a command names.</summary>
    /// <exception cref="InklingException">There is none of this name, or the file cannot be read.</exception>
    public Network Load(ParseResult parsed, string model, Terminal terminal)
    {
        bool isNormalised = parsed.GetResult(_mean) is { Implicit: false } || parsed.GetValue(_invert);
        return ModelSource.Load(
            model,
            terminal,
            isNormalised ? new(parsed.GetValue(_mean), parsed.GetValue(_deviation), parsed.GetValue(_invert)) : null,
            parsed.GetValue(_architecture));
    }

    /// <summary>A reader that asks the network that a command names.</summary>
    /// <exception cref="InklingException">There is none of this name, it cannot be read, or it does not read digits.</exception>
    public DigitReader LoadReader(ParseResult parsed, string model, Terminal terminal) =>
        ModelSource.FileOf(model) is null && FirstGiven(parsed.CommandResult) is null
            ? DigitReader.Load(model) // which loads it only if a picture asks it
            : ModelShelf.ReaderOf(Load(parsed, model, terminal), model);

    /// <summary>All that tells one network from another, a line each: its name or its file's hash, and the options.</summary>
    /// <exception cref="InklingException">The file cannot be read.</exception>
    public string Describe(ParseResult parsed, string model)
    {
        string network = ModelSource.FileOf(model) is { } file
            ? Convert.ToHexString(SHA256.HashData(WholeFile.Read(file)))
            : model;
        IEnumerable<string> given = All
            .Select(option => parsed.GetResult(option))
            .OfType<OptionResult>()
            .Where(result => !result.Implicit)
            .Select(result => $"{result.Option.Name} {string.Join(' ', result.Tokens.Select(token => token.Value))}");
        return string.Concat(given.Prepend(network).Select(line => $"{line}\n"));
    }

    private static bool IsGiven(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };
}
