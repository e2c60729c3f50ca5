using System.CommandLine;
using Inkling.Cli;
using Inkling.Cli.Sharing;
using Inkling.Cli.Sweeps;

// mpirun gives rank 0 a terminal that nobody looks at, and passes on what is written to it: no control sequences.
if (Part.IsUnderMpi)
    Environment.SetEnvironmentVariable("TERM", "dumb");
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
