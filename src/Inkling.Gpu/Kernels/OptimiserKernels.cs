using ILGPU;

namespace Inkling.Gpu.Kernels;

/// <summary>A run of parameters that are updated alike, and where their gradient is.</summary>
internal struct ParameterPart
{
    /// <summary>The end of its parameters; they begin where those of the part before end.</summary>
    public int End;

    /// <summary>Added to a parameter's place for that of its gradient.</summary>
    public int ToGradient;

    /// <summary>From one of the gradient's partial sums to the next, and how many there are.</summary>
    public int SplitStride, Splits;

    /// <summary>1 where weight decay and regularisation apply.</summary>
    public float Decay;
}

/// <summary>The numbers of one step.</summary>
internal struct StepNumbers
{
    /// <summary><see cref="Plain"/>, <see cref="Momentum"/>, <see cref="Nesterov"/> or <see cref="Adam"/>.</summary>
    public int Kind;

    public float Rate, L1, L2, Mu, Beta1, Beta2, Epsilon, WeightDecay, Correction1, Correction2;

    /// <summary>The share of the average that is replaced by the new parameters; read where <see cref="HasAverage"/>.</summary>
    public float Renewed;

    public int HasAverage;

    public const int Plain = 0, Momentum = 1, Nesterov = 2, Adam = 3;
}

/// <summary>An optimiser's step over all parameters of a network, in one launch.</summary>
internal static class OptimiserKernels
{
    /// <summary>Adds up the gradient and changes parameters, moments and the average by it.</summary>
    /// <param name="step">The numbers of the step.</param>
    /// <param name="parts">Which parameters have their gradient where.</param>
    /// <param name="gradient">All partial sums.</param>
    /// <param name="parameters">Updated.</param>
    /// <param name="first">The velocity, or the gradient's running mean; not used by plain descent.</param>
    /// <param name="second">The running mean of the gradient's square; used by Adam.</param>
    /// <param name="average">The moving average; not used where there is none.</param>
    public static void Step(
        StepNumbers step,
        ArrayView<ParameterPart> parts,
        Floats gradient,
        Floats parameters,
        Floats first,
        Floats second,
        Floats average)
    {
        for (int i = Grid.IdxX * Group.DimX + Group.IdxX; i < parameters.IntLength; i += Grid.DimX * Group.DimX)
        {
            int p = 0;
            while (i >= parts[p].End)
                p++;
            ParameterPart part = parts[p];
            float w = parameters[i], g = 0;
            for (int split = 0; split < part.Splits; split++)
                g += gradient[(long)split * part.SplitStride + i + part.ToGradient];
            if (step.L1 > 0 || step.L2 > 0)
            {
                float sign = w > 0 ? 1 : w < 0 ? -1 : 0;
                g += part.Decay * (step.L2 * w + step.L1 * sign);
            }

            if (step.Kind == StepNumbers.Adam)
            {
                float m = step.Beta1 * first[i] + (1 - step.Beta1) * g;
                float v = step.Beta2 * second[i] + (1 - step.Beta2) * (g * g);
                first[i] = m;
                second[i] = v;
                w -= step.Rate * step.WeightDecay * part.Decay * w
                    + step.Rate * (step.Correction1 * m) / (MathF.Sqrt(step.Correction2 * v) + step.Epsilon);
            }
            else if (step.Kind == StepNumbers.Plain)
            {
                w -= step.Rate * g;
            }
            else
            {
                float m = step.Mu * first[i] - step.Rate * g;
                first[i] = m;
                w += step.Kind == StepNumbers.Nesterov ? step.Mu * m - step.Rate * g : m;
            }

            parameters[i] = w;
            if (step.HasAverage != 0)
                average[i] += step.Renewed * (w - average[i]);
        }
    }

    /// <summary>Moves an average towards what it is of.</summary>
    public static void MoveAverage(float renewed, Floats values, Floats average)
    {
        for (int i = Grid.IdxX * Group.DimX + Group.IdxX; i < average.IntLength; i += Grid.DimX * Group.DimX)
            average[i] += renewed * (values[i] - average[i]);
    }
}
