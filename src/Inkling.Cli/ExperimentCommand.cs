using System.CommandLine;

namespace Inkling.Cli;

/// <summary><c>inkling experiment</c>: reruns a published table and prints ours beside it.</summary>
internal static class ExperimentCommand
{
    public static Command Create()
    {
        Argument<string> name = new("name") { Description = "seed: the seed's three experiments (30 hidden neurons; 100; eta 20)", HelpName = "NAME" };
        name.Validators.Add(result =>
        {
            if (result.Tokens is not [{ Value: "seed" }])
                result.AddError($"There is no experiment \"{string.Join(' ', result.Tokens.Select(token => token.Value))}\": seed");
        });
        Option<int> seeds = Options.Number("--seeds", "Runs of each, with seeds 1, 2, …", 3, 1, 10_000);
        Option<int> epochs = Options.Number("--epochs", "Epochs of each run", 30, 1, 100_000);
        Option<int> threads = Options.Threads();
        Option<string?> data = Options.Data();
        Option<string?> plot = Options.Plot("the learning curves into FILE.png, and beside it the seed's figures: sigmoid and step, a cost surface with the path down it");
        Option<bool> json = Options.Json();
        Command command = new("experiment", "Reruns a published table and prints ours beside it") { name, seeds, epochs, threads, data, plot, json };
        command.SetAction((parsed, cancellationToken) => SeedExperiment.RunAsync(
            parsed.GetValue(seeds),
            parsed.GetValue(epochs),
            parsed.GetValue(threads),
            parsed.GetValue(data),
            parsed.GetValue(plot),
            new Terminal(parsed.GetValue(json)),
            cancellationToken));
        return command;
    }
}
