using System.CommandLine;
using Inkling.Cli;
using Inkling.Cli.Sweeps;

RootCommand root = new("Trains neural networks from scratch and reads handwritten digits with them.")
{
    HelpName = "inkling",
    Subcommands =
    {
        TrainCommand.Create(),
        SweepCommand.Create(),
        EvaluateCommand.Create(),
        ReadCommand.Create(),
        ExperimentCommand.Create(),
        ExportCommand.Create(),
        ServeCommand.Create(),
        DataCommand.Create(),
        ModelsCommand.Create(),
        DevicesCommand.Create(),
    },
};
return await CommandLine.RunAsync(root, args);
