namespace Inkling.Web.Learning;

/// <summary>A line in a chart.</summary>
/// <param name="Colour">Which of the page's series colours.</param>
/// <param name="Name">Written at its end.</param>
/// <param name="IsChosen">Whether it is drawn strongly.</param>
/// <param name="Points">From the left.</param>
/// <param name="Fine">What was measured between them, drawn thinly.</param>
public sealed record CurveOfRun(
    int Colour,
    string Name,
    bool IsChosen,
    IReadOnlyList<(double X, double Y)> Points,
    IReadOnlyList<(double X, double Y)> Fine);
