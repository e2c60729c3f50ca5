using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary><c>inkling models</c>: lists the networks known by name: bundled, trained last, saved on the page.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        Option<bool> layers = new("--layers") { Description = "Print each network's layers, shapes and parameters" };
        Option<bool> json = Options.Json();
        Command command = new("models", "Lists the networks that read and evaluate know by name") { layers, json };
        command.SetAction(parsed =>
        {
            List(parsed.GetValue(layers), new Terminal(parsed.GetValue(json)));
            return CommandLine.Done;
        });
        return command;
    }

    private static void List(bool withLayers, Terminal terminal)
    {
        List<(string Name, Network Network, long Bytes)> models = [];
        foreach (string name in ModelSource.Names)
        {
            try
            {
                long bytes = ModelSource.FileOf(name) is { } file ? new FileInfo(file).Length : BundledModels.SizeOf(name);
                models.Add((name, ModelSource.Load(name, terminal), bytes));
            }
            catch (InklingException e) // a damaged one does not hide the others
            {
                terminal.Failure(e.Message);
            }
        }

        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns("name", "parameters", "multiply-adds", "bytes", "network");
        foreach ((string name, Network network, long bytes) in models)
        {
            table.AddRow(
                name,
                Number(network.ParameterCount),
                Number(network.Architecture.MultiplyAdds),
                Number(bytes),
                Markup.Escape(network.Architecture.ToString()));
            terminal.Json(json =>
            {
                json.WriteString("name", name);
                json.WriteNumber("parameters", network.ParameterCount);
                json.WriteNumber("multiplyAdds", network.Architecture.MultiplyAdds);
                json.WriteNumber("bytes", bytes);
                json.WriteString("architecture", network.Architecture.ToString());
            });
        }

        if (terminal.IsJson)
            return;
        terminal.People.Write(table);
        foreach ((string name, Network network, _) in models.Where(_ => withLayers))
        {
            terminal.Line(name);
            foreach (string line in network.Architecture.ToTable().Split('\n'))
                terminal.Line(line.TrimEnd('\r'));
        }

        static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
    }
}
