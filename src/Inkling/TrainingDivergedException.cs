namespace Inkling;

/// <summary>The cost became infinite or not a number: training cannot go on.</summary>
public sealed class TrainingDivergedException : InklingException
{
    internal TrainingDivergedException(string message)
        : base(message)
    {
    }
}
