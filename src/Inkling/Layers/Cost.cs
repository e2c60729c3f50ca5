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

    /// <summary>
    /// Connectionist temporal classification, for networks that take inputs of any width: -ln of the probability of a string of
    /// classes, the sum over all its alignments with the columns of the outputs. The last class is the blank: column by column
    /// the classes are read, equal neighbours once, blanks not at all (Graves et al., ICML 2006, sections 3 and 4).
    /// </summary>
    Ctc,
}
