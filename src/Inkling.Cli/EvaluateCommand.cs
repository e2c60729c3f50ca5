using System.CommandLine;
using System.Globalization;
using Inkling.Evaluation;
using Inkling.Gpu;
using Inkling.Web.Reading;
using Spectre.Console;

namespace Inkling.Cli;

/// <summary><c>inkling evaluate</c>: how well a network reads, on MNIST's test images or on a folder of pictures.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        Argument<string> model = new("model") { Description = ModelSource.Description, HelpName = "MODEL" };
        DataChoice.OptionGroup data = new();
        Option<string?> images = new("--images")
        {
            Description =
                "Read the pictures in this folder whose names begin with their digits and an underscore (504192_note.png)",
            HelpName = "DIR"
        };
        Option<string?> plot = Options.Plot(
            "the confusion matrix into FILE.png, and beside it the worst mistakes and the hidden neurons' weights; "
                + "with --images, what was read wrongly");
        Option<string?> device = DeviceOption.Create("Where the network's outputs for the test images are computed");
        Option<bool> json = Options.Json();
        Command command = new("evaluate", "Accuracy, confusion matrix, worst mistakes")
        {
            model, data.Name, data.Path, images, device, plot, json
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(images) is not null && result.GetValue(device) is not null)
                result.AddError("--images reads pictures, which the processor does: leave out --device");
        });
        ModelOptions modelOptions = new();
        modelOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Terminal terminal = new(parsed.GetValue(json));
            string file = parsed.GetValue(model)!;
            string[] drawn = parsed.GetValue(plot) is not { } picture
                ? []
                : parsed.GetValue(images) is null ? TrainingPictures.PathsOfAssessment(picture, picture) : [picture];
            OutputFiles.Require(drawn);
            foreach (string path in drawn)
            {
                OutputFiles.RequireNoneOf(
                    "--plot",
                    path,
                    [file, .. parsed.GetValue(images) is null ? data.Of(parsed).Files() : []]);
            }

            GpuDevice? gpu = DeviceOption.Find(parsed.GetValue(device), terminal);
            Network network = modelOptions.Load(parsed, file, terminal);
            return parsed.GetValue(images) is { } folder
                ? EvaluatePictures(network, file, folder, parsed.GetValue(plot), terminal, cancellationToken)
                : await EvaluateOnTestImages(network, data.Of(parsed), gpu, parsed.GetValue(plot), terminal, cancellationToken);
        });
        return command;
    }

    private static int EvaluatePictures(
        Network network,
        string file,
        string folder,
        string? plot,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        DigitReader reader = ModelShelf.ReaderOf(network, file);
        return PictureEvaluation.Run(reader, folder, plot, terminal, cancellationToken);
    }

    private static async Task<int> EvaluateOnTestImages(
        Network network,
        DataChoice choice,
        GpuDevice? device,
        string? plot,
        Terminal terminal,
        CancellationToken cancellationToken)
    {
        ImageData data = await ChosenData.LoadToTestAsync(choice, terminal, cancellationToken);
        if (!ModelSource.Fits(network.Architecture, data.Test))
        {
            throw new InklingException(
                $"The network {network} does not fit images of {data.Test.Height}×{data.Test.Width} pixels "
                    + $"in {data.Test.OutputSize} classes.");
        }

        Assessment assessment = device is null
            ? Assessment.Of(network, data.Test)
            : Assessment.Of(network, data.Test, network.Outputs(data.Test, device));
        terminal.Json(json =>
        {
            json.WriteString("data", data.Name);
            json.WriteNumber("images", assessment.Score.Total);
            json.WriteNumber("correct", assessment.Score.Correct);
            json.WriteNumber("accuracy", assessment.Score.Accuracy);
            json.WriteNumber("cost", Math.Round(assessment.Cost, 6));
            json.WriteStartArray("confusion");
            for (int truth = 0; truth < data.Test.Classes; truth++)
            {
                json.WriteStartArray();
                for (int read = 0; read < data.Test.Classes; read++)
                    json.WriteNumberValue(assessment.Confusion[truth, read]);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        });
        if (!terminal.IsJson)
            WriteTables(network, data, assessment, terminal);
        if (plot is not null)
            terminal.Message($"Drew {string.Join(", ", TrainingPictures.SaveAssessment(plot, plot, data, assessment, network))}");
        return CommandLine.Done;
    }

    private static void WriteTables(Network network, ImageData data, Assessment assessment, Terminal terminal)
    {
        terminal.Line(
            $"{network}: {assessment.Score.Correct} / {assessment.Score.Total} right, "
                + $"{Figures.Percent(assessment.Score.Accuracy)} on {data.Name}");
        Table table = new Table
        {
            Title = new TableTitle("Rows: what it is. Columns: what was read."),
            Border = TableBorder.Rounded
        };
        table.AddColumn("");
        for (int read = 0; read < data.Test.Classes; read++)
            table.AddColumn(new TableColumn($"[bold]{read}[/]").RightAligned());
        table.AddColumn(new TableColumn("right").RightAligned());
        for (int truth = 0; truth < data.Test.Classes; truth++)
        {
            int[] counts = [.. Enumerable.Range(0, data.Test.Classes).Select(read => assessment.Confusion[truth, read])];
            string[] cells =
            [
                .. counts.Select((count, read) =>
                    read == truth ? $"[green]{count}[/]" : count == 0 ? "[grey]·[/]" : $"[red]{count}[/]")
            ];
            table.AddRow([$"[bold]{truth}[/]", .. cells, Figures.Percent((double)counts[truth] / Math.Max(1, counts.Sum()))]);
        }

        terminal.People.Write(table);
        terminal.Line("The most confident mistakes:");
        foreach (Mistake mistake in assessment.Mistakes.Take(10))
        {
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"  test image {mistake.Index}: a {mistake.Truth} read as {mistake.Read} "
                    + $"({Figures.Percent(mistake.Confidence)})"));
        }
    }
}
