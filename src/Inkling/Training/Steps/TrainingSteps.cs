using Inkling.Execution;
using Inkling.Layers;

namespace Inkling.Training.Steps;

/// <summary>Chooses the step for a training.</summary>
internal static class TrainingSteps
{
    /// <summary>The fastest step that does what is asked.</summary>
    /// <param name="parameters">What learns.</param>
    /// <param name="examples">What it learns from.</param>
    /// <param name="settings">How.</param>
    public static ITrainingStep Create(ParameterBuffer parameters, Examples examples, StepSettings settings)
    {
        bool isFused = settings is { IsPlainDescent: true, Average: null, Distort: null }
            && TwoLayerDescent.Suits(parameters, examples, settings.MiniBatchSize);
        return isFused ? new FusedStep(parameters, examples, settings) : new StagedStep(parameters, examples, settings);
    }
}
