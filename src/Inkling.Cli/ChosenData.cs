using System.Globalization;
using Inkling.Data.Catalogue;
using Inkling.Data.Own;

namespace Inkling.Cli;

/// <summary>Loads the images that a command was told, and says what is odd about them.</summary>
internal static class ChosenData
{
    /// <summary>Images to learn from, for validation and for the test.</summary>
    /// <param name="choice">Which.</param>
    /// <param name="seed">Draws what is not divided yet.</param>
    /// <param name="terminal">Shows what was found.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InklingException">They are not there, or damaged, or those added do not go with them.</exception>
    public static async Task<ImageData> LoadToLearnAsync(
        DataChoice choice, int seed, Terminal terminal, CancellationToken cancellationToken)
    {
        (ImageData? published, ImageParts? own) = await LoadAsync(choice, terminal, cancellationToken);
        ImageData data = published ?? own!.ToData(seed);
        if (own is { Test: null } or { Validation: null })
        {
            string drawn = own.Test is not null ? "images for validation are"
                : own.Validation is not null ? "images for the test are"
                : "images for validation and for the test are";
            terminal.Message($"{own.Name}: {drawn} drawn from each class, by the seed {seed}.");
        }

        foreach (string added in choice.Added)
        {
            (ImageData? more, ImageParts? ownMore) =
                await LoadAsync(DataChoice.Of(added), terminal, cancellationToken);
            LabelledImages images = ownMore?.AllButTest ?? more!.Training.Concat(more.Validation);
            data = With(data, ownMore?.Name ?? more!.Name, images, terminal);
        }

        if (!data.IsMnist)
        {
            foreach (string line in DataCheck.Of(data))
                terminal.Message(line);
        }

        return data;
    }

    /// <summary>Images for a test alone: those kept apart for it or, of one's own without such, all.</summary>
    /// <inheritdoc cref="LoadToLearnAsync"/>
    public static async Task<ImageData> LoadToTestAsync(
        DataChoice choice, Terminal terminal, CancellationToken cancellationToken)
    {
        (ImageData? published, ImageParts? own) = await LoadAsync(choice, terminal, cancellationToken);
        if (own is null)
            return published!;
        if (own.Test is null)
            terminal.Message(
                $"{own.Name}: no images are kept apart for a test; these are all, also any that the network learned from.");
        LabelledImages none = own.Training.Slice(0, 0);
        return new ImageData(own.Name, none, none, own.Test ?? own.AllButTest);
    }

    private static async Task<(ImageData? Published, ImageParts? Own)> LoadAsync(
        DataChoice choice, Terminal terminal, CancellationToken cancellationToken)
    {
        if (choice is { Name: null, Path: null })
            return (await DataSource.LoadMnistOrGeneratedAsync(null, terminal, cancellationToken), null);
        if (choice.Name is not null and not DataChoice.Corrections)
        {
            ImageData named = await DataSource.LoadAsync(
                progress => DataSets.Named(choice.Name).LoadAsync(
                    new DataOptions { Directory = choice.Path, Progress = progress }, cancellationToken),
                terminal);
            return (named, null);
        }

        string path = choice.Path ?? DataChoice.CorrectionsFolder;
        if (choice.Name is null && DataSets.Named("mnist").Locate(new DataOptions { Directory = path }) is { } folder)
        {
            ImageData mnist = await DataSource.LoadMnistOrGeneratedAsync(path, terminal, cancellationToken);
            if (mnist.IsMnist)
                return (mnist, null);
            path = folder;
        }

        if (choice.Name == DataChoice.Corrections && !Directory.Exists(path))
        {
            throw new InklingException(
                $"{path}: no corrections are kept yet. On the page of \"inkling serve\", tick that they may be stored, and "
                + "correct a digit.");
        }

        ImageParts own = OwnSource.Find(path).Load(terminal, cancellationToken);
        if (choice.Name is not null)
            own = own with { Name = choice.Name };
        foreach (string note in own.Notes)
            terminal.Message(note);
        return (null, own);
    }

    private static ImageData With(ImageData data, string name, LabelledImages more, Terminal terminal)
    {
        LabelledImages known = data.Training;
        if (more.Height != known.Height || more.Width != known.Width || more.Classes != known.Classes)
        {
            throw new InklingException(
                $"{name}: images of {more.Height}×{more.Width} pixels in {more.Classes} classes cannot be added to {data.Name}, "
                + $"which has {known.Height}×{known.Width} in {known.Classes}.");
        }

        LabelledImages added = more.Select(SamePixels.OnlyInSecond(data.Validation, more));
        added = added.Select(SamePixels.OnlyInSecond(data.Test, added));
        string without = added.Count == more.Count
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture, $" ({more.Count - added.Count:N0} left out that are in its validation or test)");
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {added.Count:N0} images are learned beside {data.Name}{without}; "
            + $"validation and test stay those of {data.Name}."));
        return new ImageData($"{data.Name} with {name}", known.Concat(added), data.Validation, data.Test);
    }
}
