using Inkling.Numerics;

namespace Inkling;

/// <summary>Examples from given vectors, such as the truth table of a logic gate or the points of a curve.</summary>
public sealed class VectorExamples : Examples
{
    private readonly float[][] _inputs;
    private readonly float[][] _targets;

    /// <summary>Wraps pairs of an input and the desired output; the vectors are not copied.</summary>
    /// <exception cref="ArgumentException">There are none, or their lengths differ.</exception>
    public VectorExamples(IEnumerable<(float[] Input, float[] Target)> examples)
    {
        ArgumentNullException.ThrowIfNull(examples);
        (float[] Input, float[] Target)[] pairs = [.. examples];
        _inputs = [.. pairs.Select(pair => pair.Input)];
        _targets = [.. pairs.Select(pair => pair.Target)];
        if (pairs.Length == 0)
            throw new ArgumentException("At least one example is needed.", nameof(examples));
        if (_inputs.Any(input => input.Length != InputSize) || _targets.Any(target => target.Length != OutputSize))
            throw new ArgumentException("All inputs must be of one length, and all targets of one length.", nameof(examples));
    }

    /// <inheritdoc/>
    public override int Count => _inputs.Length;

    /// <inheritdoc/>
    public override int InputSize => _inputs[0].Length;

    /// <inheritdoc/>
    public override int OutputSize => _targets[0].Length;

    /// <inheritdoc/>
    public override void CopyInput(int index, Span<float> input)
    {
        RequireIndex(index);
        _inputs[index].CopyTo(input);
    }

    /// <inheritdoc/>
    public override void CopyTarget(int index, Span<float> target)
    {
        RequireIndex(index);
        _targets[index].CopyTo(target);
    }

    /// <inheritdoc/>
    public override int ClassOf(int index)
    {
        RequireIndex(index);
        return Vectors.Argmax(_targets[index]);
    }
}
