using System.CommandLine;
using System.Globalization;
using Inkling.Data.Catalogue;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary><c>inkling data</c>: lists the known data sets and where they are found, or downloads one.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        Option<string?> data = Options.Data();
        Option<bool> json = Options.Json();
        Command command = new("data", "Lists the data sets and where they are found; \"data fetch NAME\" downloads one")
        {
            data, json
        };
        command.SetAction(parsed => List(parsed.GetValue(data), new Terminal(parsed.GetValue(json))));

        Argument<string> name = new("name")
        {
            Description = $"One of {string.Join(", ", DataSets.All.Select(set => set.Name))}",
            HelpName = "NAME",
            DefaultValueFactory = _ => "mnist"
        };
        name.Validators.Add(result =>
        {
            string given = result.Tokens is [{ } token] ? token.Value : "mnist";
            string[] names = [.. DataSets.All.Select(set => set.Name)];
            if (!names.Contains(given, StringComparer.Ordinal))
                result.AddError(
                    $"There is no data set \"{given}\", only {string.Join(", ", names)}.{Spelling.Hint(given, names)}");
        });
        Command fetch = new("fetch", "Downloads a data set into the cache, where it is not there yet") { name };
        fetch.SetAction((parsed, cancellationToken) => FetchAsync(parsed.GetValue(name)!, cancellationToken));
        command.Subcommands.Add(fetch);
        return command;
    }

    private static int List(string? directory, Terminal terminal)
    {
        if (directory is not null && !Directory.Exists(directory))
            throw new InklingException($"{directory}: there is no such folder.");
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns("name", "what", "found in");
        foreach (DataSet set in DataSets.All)
        {
            string? place = set.Locate(new DataOptions { Directory = directory });
            AddRow(set.Name, set.Title, place, place ?? $"not here: inkling data fetch {set.Name}");
        }

        string? kept = Directory.Exists(DataChoice.CorrectionsFolder) ? DataChoice.CorrectionsFolder : null;
        AddRow(DataChoice.Corrections, "digits corrected on the page", kept, kept ?? "none are kept yet");
        if (!terminal.IsJson)
            terminal.People.Write(table);
        return CommandLine.Done;

        void AddRow(string name, string title, string? found, string shown)
        {
            table.AddRow(Terminal.Escape(name), Terminal.Escape(title), Terminal.Escape(shown));
            terminal.Json(json =>
            {
                json.WriteString("name", name);
                json.WriteString("title", title);
                json.WriteString("found", found);
            });
        }
    }

    private static async Task<int> FetchAsync(string name, CancellationToken cancellationToken)
    {
        Terminal terminal = new(json: false);
        DataSet set = DataSets.All.Single(set => set.Name == name);
        ImageData data = await DataSource.LoadAsync(
            progress => set.LoadAsync(new DataOptions { Progress = progress }, cancellationToken), terminal);
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{data.Name}: {data.Training.Count + data.Validation.Count:N0} training and "
                + $"{data.Test.Count:N0} test images in {set.Locate(new DataOptions())}"));
        return CommandLine.Done;
    }
}
