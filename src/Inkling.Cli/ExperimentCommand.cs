using System.CommandLine;
using Inkling.Gpu;

namespace Inkling.Cli;

/// <summary><c>inkling experiment</c>: reruns a published table and prints ours beside it.</summary>
internal static class ExperimentCommand
{
    private static readonly string[] Names = ["seed", "ladder", "best", "lines", "reader"];

    public static Command Create()
    {
        Argument<string> name = new("name")
        {
            Description =
                "seed: the seed's three experiments (30 hidden neurons; 100; eta 20). "
                    + "ladder: Nielsen's chapters 1, 3 and 6, row by row. best: trains the bundled networks from scratch. "
                    + "lines: trains the network that reads numbers without cuts. "
                    + "reader: fits the reader's constants to pictures of numbers",
            HelpName = "NAME",
        };
        name.Validators.Add(result =>
        {
            if (result.Tokens is not [var token] || !Names.Contains(token.Value, StringComparer.Ordinal))
            {
                string given = string.Join(' ', result.Tokens.Select(token => token.Value));
                result.AddError(
                    $"There is no experiment \"{given}\", only {string.Join(", ", Names)}.{Spelling.Hint(given, Names)}");
            }
        });
        Option<int> seeds = Options.Number("--seeds", "Runs of each, with seeds 1, 2, …", 3, 1, 10_000);
        Option<int> epochs = Options.Number("--epochs", "Epochs of each run, in place of the table's own", 0, 1, 100_000);
        Option<string?> rows = new("--rows")
        {
            Description = "ladder: only these rows, by number from 1, as 1-7,9",
            HelpName = "N-N,…"
        };
        Option<string?> model = Options.OneOf("--model", "best: which network", "best", "tiny", "mlp", "segments");
        Option<string?> @out = new("--out")
        {
            Description = "best, lines: where networks and checkpoints go; there already, they are resumed (default: models)",
            HelpName = "DIR"
        };
        Option<string?> sets = new("--images")
        {
            Description =
                "reader: folders of pictures whose names begin with their digits and an underscore; each folder is a set "
                    + "(default: handwriting, beside MNIST in INKLING_DATA)",
            HelpName = "DIR"
        };
        Option<int> rounds = Options.Number("--rounds", "reader: rounds of search for the costs of cuts", 0, 0, 100);
        Option<int> numbers = Options.Number(
            "--numbers", "lines: how many numbers to learn from", LinesExperiment.Numbers, 100, 1_000_000_000);
        Option<int> threads = Options.Threads();
        Option<string?> device = DeviceOption.Create("Where networks are trained; of seed, all at once");
        Option<string?> data = Options.Data();
        Option<string?> plot = Options.Plot(
            "seed: the learning curves into FILE.png, and beside it the seed's figures: "
                + "sigmoid and step, a cost surface with the path down it, generated digits, how every run came out");
        Option<bool> json = Options.Json();
        Command command = new("experiment", "Reruns a published table and prints ours beside it")
        {
            name, seeds, epochs, rows, model, @out, sets, rounds, numbers, threads, device, data, plot, json
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Terminal terminal = new(parsed.GetValue(json));
            string folder = parsed.GetValue(@out) ?? "models";
            GpuDevice? gpu = DeviceOf(parsed.GetValue(device), parsed.GetValue(name)!, terminal);
            if (parsed.GetValue(name) == "reader")
            {
                return new ReaderExperiment(
                    parsed.GetValue(sets), parsed.GetValue(rounds), parsed.GetValue(threads), terminal, cancellationToken).Run();
            }

            RequireOutputs(parsed.GetValue(name)!, parsed.GetValue(model) ?? "best", folder, parsed.GetValue(plot));
            if (parsed.GetValue(name) == "lines")
            {
                return await new LinesExperiment(
                    parsed.GetValue(numbers), parsed.GetValue(threads), gpu, folder, parsed.GetValue(data), terminal)
                    .RunAsync(cancellationToken);
            }

            ImageData images = await DataSource.LoadMnistOrGeneratedAsync(parsed.GetValue(data), terminal, cancellationToken);
            int runs = parsed.GetValue(seeds), cores = parsed.GetValue(threads);
            int? ownEpochs = parsed.GetValue(epochs) is > 0 and int given ? given : null;
            Recipe recipe = Recipe.Named(parsed.GetValue(model) ?? "best")!;
            return parsed.GetValue(name) switch
            {
                "seed" => await SeedExperiment.RunAsync(
                    runs, ownEpochs ?? 30, cores, gpu, images, parsed.GetValue(plot), terminal, cancellationToken),
                "ladder" => await LadderExperiment.RunAsync(
                    parsed.GetValue(rows), runs, ownEpochs, cores, gpu, images, terminal, cancellationToken),
                _ when parsed.GetValue(model) == Recipe.Segments.Name
                    => await new SegmentsExperiment(
                        ownEpochs ?? Recipe.Segments.Options.Epochs, cores, gpu, folder, images, terminal)
                        .RunAsync(cancellationToken),
                _ => await new BestExperiment(
                    recipe, runs, ownEpochs ?? recipe.Options.Epochs, cores, gpu, folder, images, terminal)
                    .RunAsync(cancellationToken),
            };
        });
        return command;
    }

    /// <summary>The device of that name; null for the processor.</summary>
    private static GpuDevice? DeviceOf(string? name, string experiment, Terminal terminal) =>
        name is null || experiment != "reader"
            ? DeviceOption.Find(name, terminal)
            : throw new InklingException("experiment reader trains no network: leave out --device.");

    private static void RequireOutputs(string experiment, string model, string folder, string? plot)
    {
        OutputFiles.Require(experiment == "seed" && plot is not null ? SeedFigures.PathsOf(plot) : []);
        if (experiment is "best" or "lines")
            OutputFiles.Require(Path.Combine(folder, $"{(experiment == "best" ? model : Recipe.Lines.Name)}.safetensors"));
    }
}
