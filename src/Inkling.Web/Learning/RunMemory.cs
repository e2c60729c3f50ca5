using Inkling.Layers;

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
        Architecture architecture = settings.Architecture;
        for (int l = 0; l < architecture.Layers.Count; l++)
        {
            Shape input = architecture.ShapeBefore(l), output = architecture.ShapeBefore(l + 1);
            long numbers = (long)output.Height * output.Width * ((output.Channels + 15) / 16 * 16); // rows in panels of 16
            switch (architecture.Layers[l])
            {
                case Layer.Dense:
                    parameters += (input.Size + 1) * numbers;
                    activations += numbers;
                    break;
                case Layer.Convolution convolution:
                    parameters += convolution.WorkingNumbersFor(input);
                    activations += numbers;
                    break;
                case Layer.MaxPool or Layer.Dropout:
                    activations += numbers;
                    break;
            }
        }

        activations += architecture.Input.Size;
        return Fixed + sizeof(float) * (ParameterCopies * parameters + NumbersPerActivation * activations * settings.MiniBatch);
    }

    /// <summary>Bytes as text in megabytes, rounded up.</summary>
    public static string Text(long bytes) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes / 1e6):N0} MB");
}
