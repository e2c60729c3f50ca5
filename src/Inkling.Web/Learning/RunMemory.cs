namespace Inkling.Web.Learning;

/// <summary>How much memory a run takes, estimated from above before it begins. Data are not in it: they are loaded once for
/// all runs.</summary>
internal static class RunMemory
{
    /// <summary>
    /// Copies of the parameters at the worst moment, when a checkpoint is written: those that learn, those of the last epoch, both in
    /// the checkpoint's tensors, the checkpoint before as it is read for a check, and what the garbage collector has yet to take.
    /// </summary>
    private const int ParameterCopies = 14;

    /// <summary>Numbers kept for each neuron and example of a mini-batch: weighted input, activation, error, and as many in
    /// scratch.</summary>
    private const int NumbersPerActivation = 4;

    /// <summary>The thread, the figures, the pictures on the page.</summary>
    private const long Fixed = 8L << 20;

    /// <summary>Bytes.</summary>
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

    /// <summary>Bytes as people read them.</summary>
    public static string Text(long bytes) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes / 1e6):N0} MB");
}
