namespace Inkling;

/// <summary>Labelled images in three disjoint parts.</summary>
/// <param name="name">Name of the data, to be shown with results: <c>MNIST</c>, <c>generated digits (not MNIST)</c>.</param>
/// <param name="training">Images to train on.</param>
/// <param name="validation">Images to choose hyperparameters and models by.</param>
/// <param name="test">Images to measure the final accuracy on, once.</param>
public sealed class ImageData(string name, LabelledImages training, LabelledImages validation, LabelledImages test)
{
    /// <summary>Name of the data, to be shown with results.</summary>
    public string Name { get; } = name;

    /// <summary>Images to train on.</summary>
    public LabelledImages Training { get; } = training;

    /// <summary>Images to choose hyperparameters and models by.</summary>
    public LabelledImages Validation { get; } = validation;

    /// <summary>Images to measure the final accuracy on, once.</summary>
    public LabelledImages Test { get; } = test;

    /// <summary>Whether the images are the real MNIST, so that results can be compared with published ones.</summary>
    public bool IsMnist { get; internal init; }

    /// <summary>For images loaded as MNIST that are not: a text that says which file differs. Otherwise null.</summary>
    internal string? DiffersFromMnist { get; init; }
}
