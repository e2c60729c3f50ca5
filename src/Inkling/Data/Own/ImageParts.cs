namespace Inkling.Data.Own;

/// <summary>One's own labelled images, in the parts in which they were found.</summary>
/// <param name="Name">Their name, to be shown with results.</param>
/// <param name="Training">Images to learn from; all of them where there are no parts.</param>
/// <param name="Validation">Images that are kept apart for validation; null for none.</param>
/// <param name="Test">Images that are kept apart for a test; null for none.</param>
/// <param name="Notes">A line for each thing that was found or done.</param>
internal sealed record ImageParts(
    string Name, LabelledImages Training, LabelledImages? Validation, LabelledImages? Test, IReadOnlyList<string> Notes)
{
    /// <summary>MNIST's parts: a seventh of all for the test, and a seventh for validation.</summary>
    private const double TestShare = 1 / 7.0, ValidationShare = 1 / 6.0;

    /// <summary>Puts parts together, with pixels from 0 for paper to 255 for ink.</summary>
    /// <param name="name">Their name.</param>
    /// <param name="parts">What was read, one at least; their pixels may be changed in place.</param>
    /// <param name="notes">What was found so far.</param>
    /// <exception cref="InklingException">The parts have no images, or images of different sizes.</exception>
    public static ImageParts Of(string name, IReadOnlyDictionary<DataPart, RawImages> parts, IEnumerable<string> notes)
    {
        List<string> all = [.. notes];
        RawImages first = parts.Values.First();
        foreach (RawImages part in parts.Values)
        {
            if (part.Labels.Length == 0)
                throw new InklingException($"{part.Source}: there are no images in it.");
            if (part.Height != first.Height || part.Width != first.Width)
            {
                throw new InklingException(
                    $"{part.Source}: images of {part.Height}×{part.Width} pixels, but those of {first.Source} have "
                    + $"{first.Height}×{first.Width}.");
            }

            all.AddRange(PixelLevels.Correct(part));
        }

        int classes = Math.Max(10, 1 + parts.Values.Max(part => part.Labels.Max()));
        LabelledImages? training = Part(DataPart.Training), validation = Part(DataPart.Validation), test = Part(DataPart.Test);
        return training is not null
            ? new ImageParts(name, training, validation, test, all)
            : new ImageParts(name, test ?? validation!, null, null, all);

        LabelledImages? Part(DataPart which) => parts.TryGetValue(which, out RawImages? part)
            ? new LabelledImages(part.Pixels, part.Labels, part.Height, part.Width, classes)
            : null;
    }

    /// <summary>All images that one may learn from, those for validation included.</summary>
    public LabelledImages AllButTest => Validation is null ? Training : Training.Concat(Validation);

    /// <summary>The three parts; what is missing is drawn from the images to learn from, of each class its share.</summary>
    /// <param name="seed">The same seed draws the same images.</param>
    /// <exception cref="InklingException">No class has enough images to be divided.</exception>
    public ImageData ToData(int seed)
    {
        (LabelledImages training, LabelledImages? validation, LabelledImages? test) = (Training, Validation, Test);
        if (test is null)
            (training, test) = StratifiedSplit.Of(training, TestShare, seed);
        if (validation is null)
            (training, validation) = StratifiedSplit.Of(training, ValidationShare, seed);
        if (validation.Count == 0 || test.Count == 0)
        {
            throw new InklingException(
                $"{Name}: too few different images ({Training.Count}) to keep some for validation and for the test: "
                + "at least three of a class are needed.");
        }

        return new ImageData(Name, training, validation, test);
    }
}
