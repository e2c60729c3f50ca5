using System.CommandLine;
using System.Globalization;
using Inkling.Gpu;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary><c>inkling devices</c>: what networks can be trained on here.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        Option<bool> json = Options.Json();
        Command command = new("devices", "Lists what networks can be trained on: the CPU and graphics processors") { json };
        command.SetAction(parsed =>
        {
            List(new Terminal(parsed.GetValue(json)));
            return CommandLine.Done;
        });
        return command;
    }

    private static void List(Terminal terminal)
    {
        IReadOnlyList<GpuDevice> devices = GpuDevice.All;
        Table table = new() { Border = TableBorder.Rounded };
        table.AddColumns("--device", "name", "memory", "by way of");
        Add("cpu", string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} threads"), null, ".NET");
        for (int i = 0; i < devices.Count; i++)
            Add(i == 0 ? "gpu" : devices[i].Name, devices[i].Name, devices[i].MemoryBytes, devices[i].Backend);
        if (terminal.IsJson)
            return;
        terminal.People.Write(table);
        if (devices.Count == 0)
            terminal.Line("There is no graphics processor with a driver for CUDA or OpenCL.");

        void Add(string option, string name, long? bytes, string backend)
        {
            string memory = bytes is { } size ? string.Create(CultureInfo.InvariantCulture, $"{size / 1e9:0.0} GB") : "";
            table.AddRow(Markup.Escape(option), Markup.Escape(name), memory, backend);
            terminal.Json(json =>
            {
                json.WriteString("device", option);
                json.WriteString("name", name);
                if (bytes is { } number)
                    json.WriteNumber("memoryBytes", number);
                json.WriteString("backend", backend);
            });
        }
    }
}
