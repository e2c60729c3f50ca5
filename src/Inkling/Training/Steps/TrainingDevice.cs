using Inkling.Layers;
using Inkling.Training.Steps;

namespace Inkling;

/// <summary>
/// A device other than the processor on which networks are trained and evaluated, such as a graphics processor
/// (<c>Inkling.Gpu.GpuDevice</c>). Results are those of the processor, up to rounding.
/// </summary>
public abstract class TrainingDevice
{
    private protected TrainingDevice()
    {
    }

    /// <summary>The device's name.</summary>
    public abstract string Name { get; }

    /// <summary>Creates the training step that runs on the device.</summary>
    /// <param name="parameters">
    /// The parameters to train. The step may keep them on the device; <see cref="ITrainingStep.Fetch"/> brings them back.
    /// </param>
    /// <param name="examples">The training examples.</param>
    /// <param name="settings">How a step is computed.</param>
    /// <exception cref="InklingException">The device has too little memory, or fails.</exception>
    internal abstract ITrainingStep CreateStep(ParameterBuffer parameters, Examples examples, StepSettings settings);

    /// <summary>
    /// The outputs of a network for each example, in order: [count][outputs]; for inputs of any width [count][columns, outputs].
    /// </summary>
    /// <param name="parameters">The network's architecture and parameters; not changed.</param>
    /// <param name="examples">Examples that fit the network.</param>
    /// <exception cref="InklingException">The device has too little memory, or fails.</exception>
    internal abstract float[][] OutputsOf(ParameterBuffer parameters, Examples examples);
}
