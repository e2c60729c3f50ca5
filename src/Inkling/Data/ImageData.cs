namespace Inkling;

/// <summary>Labelled images in three parts that share no image.</summary>
/// <param name="Name">What they are, as a figure made with them should say: <c>MNIST</c>, <c>generated digits (not MNIST)</c>.</param>
/// <param name="Training">What the network learns from.</param>
/// <param name="Validation">What choices are made by.</param>
/// <param name="Test">What the final figure is measured on, once.</param>
public sealed record ImageData(string Name, LabelledImages Training, LabelledImages Validation, LabelledImages Test)
{
    /// <summary>True where the images are real MNIST, so that figures may be set beside published ones.</summary>
    public bool IsMnist { get; init; }

    /// <summary>Where images that were taken for MNIST are not: which file holds something else, in words.</summary>
    internal string? DiffersFromMnist { get; init; }
}
