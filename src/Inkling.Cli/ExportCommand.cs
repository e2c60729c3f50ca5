using System.CommandLine;
using System.Globalization;
using Inkling.Onnx;

namespace Inkling.Cli;

/// <summary><c>inkling export</c>: writes a network to a file that other programs read.</summary>
internal static class ExportCommand
{
    private static readonly (string Name, OnnxPixels Pixels)[] PixelTypes =
        [("unit", OnnxPixels.Unit), ("float255", OnnxPixels.Float255), ("byte", OnnxPixels.Byte)];

    public static Command Create()
    {
        Argument<string> model = new("model") { Description = ModelSource.Description, HelpName = "MODEL" };
        Argument<string> file = new("file")
        {
            Description = $"Where it goes, in the format of its ending: {string.Join(", ", ModelFile.Endings)}",
            HelpName = "FILE.onnx"
        };
        Option<string?> pixels = Options.OneOf(
            "--pixels",
            "How the ONNX graph takes a pixel, 0 being paper: floats to 1 (unit, the default), "
                + "floats to 255 or bytes, which it scales inside",
            [.. PixelTypes.Select(type => type.Name)]);
        Option<bool> logits = new("--logits") { Description = "Leave the last softmax or activation out of the ONNX graph" };
        Option<bool> json = Options.Json();
        Command command = new(
            "export", "Writes a network for other programs: ONNX, safetensors, numpy's .npz, network2.py's .json")
        {
            model, file, pixels, logits, json
        };
        ModelOptions modelOptions = new();
        modelOptions.AddTo(command);
        command.Validators.Add(result =>
        {
            string? target = result.GetResult(file) is { Tokens: [var token] } ? token.Value : null;
            if (target is not null && !ModelFile.Endings.Any(ending => ModelFile.IsNamed(target, ending)))
                result.AddError($"FILE must end in one of {string.Join(", ", ModelFile.Endings)}, not \"{target}\"");
            else if (target is not null
                && !ModelFile.IsNamed(target, ModelFile.Onnx)
                && (IsGiven(pixels) || IsGiven(logits)))
                result.AddError($"--pixels and --logits are for {ModelFile.Onnx} files");

            bool IsGiven(Option option) => result.GetResult(option) is { Implicit: false };
        });
        command.SetAction(parsed =>
        {
            OnnxOptions options = new()
            {
                Pixels = PixelTypes.FirstOrDefault(type => type.Name == parsed.GetValue(pixels)).Pixels,
                EndsInLogits = parsed.GetValue(logits),
            };
            Terminal terminal = new(parsed.GetValue(json));
            string source = parsed.GetValue(model)!, target = parsed.GetValue(file)!;
            OutputFiles.RequireNoneOf("FILE", target, [source]);
            OutputFiles.Require(target);
            Export(modelOptions.Load(parsed, source, terminal), target, options, terminal);
            return CommandLine.Done;
        });
        return command;
    }

    private static void Export(Network network, string file, OnnxOptions options, Terminal terminal)
    {
        ModelFile.Save(network, file, options);
        long bytes = new FileInfo(file).Length;
        if (!terminal.IsJson)
            terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{file}: {bytes:N0} bytes, {network}"));
        terminal.Json(json =>
        {
            json.WriteString("file", file);
            json.WriteNumber("bytes", bytes);
            json.WriteNumber("parameters", network.ParameterCount);
            json.WriteString("architecture", network.Architecture.ToString());
        });
    }
}
