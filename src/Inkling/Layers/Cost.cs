namespace Inkling;

/// <summary>What a network's outputs are judged by.</summary>
public enum Cost
{
    /// <summary>½‖y - a‖² (Nielsen, chapter 1).</summary>
    Quadratic,

    /// <summary>-Σ y ln a + (1 - y) ln(1 - a), for sigmoid outputs: their error is a - y, with no σ' to slow it (Nielsen, chapter 3).</summary>
    CrossEntropy,

    /// <summary>-Σ y ln a, for softmax outputs, whose error it makes a - y (Nielsen, chapter 3).</summary>
    LogLikelihood,
}
