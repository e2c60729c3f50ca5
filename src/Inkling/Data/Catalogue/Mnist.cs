using Inkling.Data.Catalogue;

namespace Inkling;

/// <summary>MNIST: 70,000 handwritten digits, 28×28, the data set of Nielsen's network.py.</summary>
public static class Mnist
{
    /// <summary>
    /// Loads MNIST, split as in Nielsen's mnist_loader.py: 50,000 training, 10,000 validation and 10,000 test images.
    /// </summary>
    /// <param name="options">Where to look; null for INKLING_DATA, the user's cache, then a download.</param>
    /// <param name="cancellationToken">Stops a download; the part received is kept, and the next download resumes there.</param>
    /// <exception cref="DataUnavailableException">It is not found, and cannot be downloaded.</exception>
    /// <exception cref="InklingException">A file is damaged, or <see cref="DataOptions.Directory"/> lacks one.</exception>
    public static Task<ImageData> LoadAsync(DataOptions? options = null, CancellationToken cancellationToken = default) =>
        DataSets.Named("mnist").LoadAsync(options, cancellationToken);
}
