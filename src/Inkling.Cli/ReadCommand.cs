using System.CommandLine;
using System.Globalization;
using Inkling.Imaging;

namespace Inkling.Cli;

/// <summary><c>inkling read</c>: one digit a picture.</summary>
internal static class ReadCommand
{
    public static Command Create()
    {
        Argument<string[]> images = new("image") { Description = "Pictures (PNG, JPEG, BMP, WebP), folders of them, or - for standard input", HelpName = "IMAGE", Arity = ArgumentArity.OneOrMore };
        Option<string?> model = new("--model") { Description = "best (the default), tiny, latest (the network trained last), or a file", HelpName = "MODEL" };
        Option<bool> json = Options.Json();
        Command command = new("read", "Reads the digit in each picture") { images, model, json };
        command.SetAction((parsed, cancellationToken) => Task.FromResult(
            Run(parsed.GetValue(images)!, parsed.GetValue(model), new Terminal(parsed.GetValue(json)), cancellationToken)));
        return command;
    }

    private static int Run(string[] images, string? model, Terminal terminal, CancellationToken cancellationToken)
    {
        model ??= BundledModels.Names[0];
        DigitReader reader = PictureReading.ReaderOf(ModelSource.Load(model), model);
        int failures = 0;
        foreach (string image in images.SelectMany(image => Directory.Exists(image) ? PictureReading.PicturesIn(image) : [image]))
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                GreyImage picture = image == "-" ? PictureFile.Load(Console.OpenStandardInput(), "standard input") : PictureFile.Load(image);
                Write(image, reader.Read(picture), terminal);
            }
            catch (InklingException e)
            {
                failures++; // the other pictures are still worth reading
                string message = e.Message.StartsWith(image, StringComparison.Ordinal) || image == "-" ? e.Message : $"{image}: {e.Message}";
                Console.Error.WriteLine(message.ReplaceLineEndings(" "));
            }
        }

        return failures == 0 ? CommandLine.Done : CommandLine.Failed;
    }

    private static void Write(string image, DigitReading reading, Terminal terminal)
    {
        int second = reading.RunnersUp.First();
        if (!terminal.IsJson)
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{reading.Digit}  {Figures.Percent(reading.Confidence),8}  (or {second}: {Figures.Percent(reading.Confidences[second])})  {image}"));
        terminal.Json(json =>
        {
            json.WriteString("file", image);
            json.WriteString("text", reading.Digit.ToString(CultureInfo.InvariantCulture));
            json.WriteNumber("confidence", Math.Round(reading.Confidence, 4));
            json.WriteStartArray("runnersUp");
            foreach (int digit in reading.RunnersUp.Take(3))
            {
                json.WriteStartObject();
                json.WriteString("text", digit.ToString(CultureInfo.InvariantCulture));
                json.WriteNumber("confidence", Math.Round(reading.Confidences[digit], 4));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}
