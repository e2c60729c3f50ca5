using Inkling.Execution;
using Inkling.Layers;

namespace Inkling.Training.Steps;

/// <summary>Chooses the implementation of the training step.</summary>
internal static class TrainingSteps
{
    /// <summary>Creates the fastest implementation that supports the settings.</summary>
    /// <param name="parameters">The parameters to train.</param>
    /// <param name="examples">The training examples.</param>
    /// <param name="settings">How a step is computed.</param>
    /// <param name="device">Where it is computed; null for the processor.</param>
    public static ITrainingStep Create(
        ParameterBuffer parameters, Examples examples, StepSettings settings, TrainingDevice? device = null)
    {
        if (device is not null)
            return device.CreateStep(parameters, examples, settings);
        bool isFused = settings is { IsPlainDescent: true, Average: null, Distort: null }
            && TwoLayerDescent.Suits(parameters, examples, settings.MiniBatchSize);
        return isFused ? new FusedStep(parameters, examples, settings) : new StagedStep(parameters, examples, settings);
    }
}
