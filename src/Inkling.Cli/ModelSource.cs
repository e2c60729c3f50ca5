using Inkling.Files;
using Inkling.Onnx;
using Inkling.Web.Reading;

namespace Inkling.Cli;

/// <summary>Finds the network that a command was given: a bundled one by name, the one trained last, or a file.</summary>
internal static class ModelSource
{
    private static readonly ModelShelf Shelf = new(UserFolders.Data);

    /// <summary>Where <c>train</c> saves its network by default, and where the model name <c>latest</c> finds it.</summary>
    public static string LatestNetwork { get; } = Shelf.PathOf(ModelShelf.Latest);

    /// <summary>What an argument that names a network may be.</summary>
    public const string Description =
        "best, tiny, latest (the network trained last), or a file: "
            + ".safetensors, .onnx, numpy's .npz, or .json as network2.py writes it";

    /// <summary>The names of all networks that are known by name, the bundled ones first.</summary>
    public static IReadOnlyList<string> Names => Shelf.Names();

    /// <summary>Whether networks of this architecture take these images and answer with their classes.</summary>
    public static bool Fits(Architecture architecture, LabelledImages images) =>
        (architecture.Input == new Shape(1, images.Height, images.Width) || architecture.Input == new Shape(images.InputSize))
            && architecture.Output.Size == images.OutputSize;

    /// <summary>The file of the network that is called this; null for a bundled one.</summary>
    public static string? FileOf(string model) =>
        File.Exists(model) ? model : ModelShelf.IsBundled(model) ? null : Shelf.PathOf(model);

    /// <summary>
    /// Loads a network. One that others trained is tried on a few digits, unless its normalisation is given: which it takes is
    /// said, and becomes part of the network.
    /// </summary>
    /// <param name="model">A name or a file.</param>
    /// <param name="terminal">Receives what was found out about the normalisation.</param>
    /// <param name="normalisation">How pixels were normalised in training; null where that is not given.</param>
    /// <param name="architecture">The layers of weights that another program saved; null for files that have them.</param>
    /// <exception cref="InklingException">There is none of this name, or the file cannot be read.</exception>
    public static Network Load(
        string model,
        Terminal terminal,
        PixelNormalisation? normalisation = null,
        Architecture? architecture = null)
    {
        bool isName = !File.Exists(model) && !OnnxFile.IsOnnx(model);
        if (isName && Names.Contains(model, StringComparer.Ordinal) && (normalisation ?? (object?)architecture) is not null)
            throw new InklingException(
                $"{model}: known with its layers, and takes pixels from 0 to 1. --mean, --deviation, --invert and --architecture "
                    + "are for networks that others trained.");
        if (isName)
            return LoadNamed(model);
        if (!OnnxFile.IsOnnx(model))
        {
            Network network = architecture is null ? Network.Load(model) : Network.Load(model, architecture);
            return normalisation is not null ? Normalised(network, normalisation, model)
                : architecture is not null ? Fitted(network, model, terminal)
                : network;
        }

        if (architecture is not null)
            throw new InklingException($"{model}: an ONNX file, which has its layers. --architecture is for safetensors.");
        (Network imported, bool isInklings) = OnnxFile.Open(model, normalisation);
        return isInklings || normalisation is not null ? imported : Fitted(imported, model, terminal);
    }

    private static Network LoadNamed(string model)
    {
        IReadOnlyList<string> names = Names;
        if (names.Contains(model, StringComparer.Ordinal))
            return Shelf.Load(model);
        if (model == ModelShelf.Latest)
            throw new InklingException(
                "There is no trained network yet. Train one with \"inkling train\" (a second or two), or name a bundled one: "
                    + string.Join(", ", BundledModels.Names) + ".");
        return Path.Exists(model)
            ? Network.Load(model) // which says what else it is
            : throw new InklingException(
                $"{model}: there is no such file, and no network of this name.{Spelling.Hint(model, names)} "
                    + $"Known by name: {string.Join(", ", names)}.");
    }

    private static Network Fitted(Network network, string model, Terminal terminal)
    {
        if (!PixelFit.CanJudge(network))
            return network;
        PixelFit fit = PixelFit.Of(network);
        terminal.Message(fit.Fits
            ? $"{model}: takes {fit}. --mean, --deviation and --invert set another normalisation."
            : $"{model}: {fit}. Was it trained on digits? If so, say how its pixels were normalised: "
                + "--mean, --deviation, --invert.");
        return fit.Fits ? Normalised(network, fit.Normalisation, model) : network;
    }

    private static Network Normalised(Network network, PixelNormalisation normalisation, string model)
    {
        try
        {
            return network.WithNormalisation(normalisation);
        }
        catch (ArgumentException e)
        {
            throw new InklingException($"{model}: {OneLine.ReasonOf(e)}", e);
        }
    }
}
