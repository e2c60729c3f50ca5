namespace Inkling;

/// <summary>The cost function that training minimises.</summary>
public enum Cost
{
    /// <summary>½‖y - a‖² (Nielsen, chapter 1).</summary>
    Quadratic,

    /// <summary>
    /// -Σ y ln a + (1 - y) ln(1 - a), for sigmoid outputs: their error is a - y, without the factor σ' that slows learning
    /// (Nielsen, chapter 3).
    /// </summary>
    CrossEntropy,

    /// <summary>-Σ y ln a, for softmax outputs: their error is a - y (Nielsen, chapter 3).</summary>
    LogLikelihood,
}
