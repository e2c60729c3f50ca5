namespace Inkling.Web.Learning;

/// <summary>An upper estimate of a run's memory, made before it begins. It does not include the data, which are loaded once for
/// all runs.</summary>
internal static class RunMemory
{
    /// <summary>
    /// Copies of the parameters at the peak, when a checkpoint is written: those in training, those of the last epoch, both again
    /// in the checkpoint's tensors, the checkpoint before as it is read for a check, and garbage that is not collected yet.
    /// </summary>
    private const int ParameterCopies = 14;

    /// <summary>Numbers kept for each neuron and example of a mini-batch: weighted input, activation, error, and as many in
    /// scratch.</summary>
    private const int NumbersPerActivation = 4;

    /// <summary>Bytes for the thread, the figures, and the pictures on the page.</summary>
    private const long Fixed = 8L << 20;

    /// <summary>The estimate in bytes.</summary>
    public static long Of(RunSettings settings)
    {
        long parameters = 0, activations = 0;
        int[] sizes = [784, .. settings.Hidden, 10];
        for (int i = 1; i < sizes.Length; i++)
        {
            long neurons = (sizes[i] + 15) / 16 * 16; // rows are padded to panels of 16
            parameters += (sizes[i - 1] + 1) * neurons;
            activations += neurons;
        }

        activations += sizes[0];
        return Fixed + sizeof(float) * (ParameterCopies * parameters + NumbersPerActivation * activations * settings.MiniBatch);
    }

    /// <summary>Bytes as text in megabytes, rounded up.</summary>
    public static string Text(long bytes) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes / 1e6):N0} MB");
}
