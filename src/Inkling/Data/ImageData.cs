namespace Inkling;

/// <summary>Labelled images in three disjoint parts.</summary>
/// <param name="Name">Name of the data, to be shown with results: <c>MNIST</c>, <c>generated digits (not MNIST)</c>.</param>
/// <param name="Training">Images to train on.</param>
/// <param name="Validation">Images to choose hyperparameters and models by.</param>
/// <param name="Test">Images to measure the final accuracy on, once.</param>
public sealed record ImageData(string Name, LabelledImages Training, LabelledImages Validation, LabelledImages Test)
{
    /// <summary>Whether the images are the real MNIST, so that results can be compared with published ones.</summary>
    public bool IsMnist { get; init; }

    /// <summary>For images loaded as MNIST that are not: a text that says which file differs. Otherwise null.</summary>
    internal string? DiffersFromMnist { get; init; }
}
