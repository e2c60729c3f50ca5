using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Finding;

/// <summary>
/// From grey levels to ink. In even light, paper and ink are two levels of grey for the whole picture (<see cref="InkLevels"/>).
/// In uneven light what counts is by how much a pixel is darker than the paper around it (<see cref="UnevenInk"/>).
/// </summary>
internal static class InkFinding
{
    /// <summary>The ink of a picture.</summary>
    public static Ink Find(GreyImage picture, ReaderConstants constants, ReadingWork work)
    {
        ArgumentNullException.ThrowIfNull(picture);
        int longest = constants.Ink.MaxSide;
        int reduction = Math.Max(1, (Math.Max(picture.Width, picture.Height) + longest - 1) / longest);
        return FindIn(PictureReduction.Reduce(picture, reduction, work), reduction, constants, work);
    }

    /// <summary>
    /// The ink of a picture in which other ink is covered with paper: what is darker than all else, the edge of a table or a
    /// shadow, may have hidden what is written.
    /// </summary>
    public static Ink FindBeside(GreyImage picture, Ink other, ReaderConstants constants, ReadingWork work)
    {
        GreyImage reduced = PictureReduction.Reduce(picture, other.Reduction, work);
        Paper paper = Paper.Under(reduced, other.IsDarkOnLight, constants.Paper, work);
        GreyImage covered = paper.Cover(reduced, other.Values, other.IsDarkOnLight, constants.Paper.CoverReach, work);
        return FindIn(covered, other.Reduction, constants, work);
    }

    /// <summary>
    /// The ink of a picture in uneven light, light where <paramref name="found"/> is dark, or dark where it is light; null where
    /// there is none, and in even light: there the rarer shade is ink.
    /// </summary>
    public static Ink? FindOther(GreyImage picture, Ink found, ReaderConstants constants, ReadingWork work)
    {
        GreyImage reduced = PictureReduction.Reduce(picture, found.Reduction, work);
        if (LevelsIfEven(reduced, constants, work) is not null)
            return null;
        UnevenInk other = UnevenInk.Of(reduced, !found.IsDarkOnLight, constants, work);
        return other.SignalToNoise > 0 ? other.ToInk(found.Reduction, constants.Ink, work) : null;
    }

    private static Ink FindIn(GreyImage picture, int reduction, ReaderConstants constants, ReadingWork work)
    {
        if (LevelsIfEven(picture, constants, work) is { } levels)
            return InEvenLight(picture, levels, reduction, constants.Ink.SoftEdgeReach, work);
        UnevenInk dark = UnevenInk.Of(picture, isDarkOnLight: true, constants, work);
        UnevenInk light = UnevenInk.Of(picture, isDarkOnLight: false, constants, work);
        // Seen the wrong way round, "paper" is a patchwork, and what surrounds the strokes stands out less from it.
        UnevenInk likelier = dark.SignalToNoise >= light.SignalToNoise ? dark : light;
        return likelier.ToInk(reduction, constants.Ink, work);
    }

    private static InkLevels? LevelsIfEven(GreyImage picture, ReaderConstants constants, ReadingWork work)
    {
        InkLevels? levels = InkLevels.Of(picture, constants.Ink, work);
        return levels is not null && IsEven(picture, levels, constants, work) ? levels : null;
    }

    private static bool IsEven(GreyImage picture, InkLevels levels, ReaderConstants constants, ReadingWork work)
    {
        double maxSpread = Math.Max(constants.Ink.EvenMaxSpread, constants.Ink.EvenMaxSpreadShare * levels.Contrast);
        if (!(levels.Spread <= maxSpread))
            return false;
        if (levels.EvenBorder >= constants.Ink.EvenMinBorderShare)
            return true;
        Paper paper = Paper.Under(picture, levels.IsDarkOnLight, constants.Paper, work);
        return paper.Unevenness <= constants.Ink.EvenMaxUnevenness * levels.Contrast;
    }

    private static Ink InEvenLight(GreyImage picture, InkLevels levels, int reduction, int softEdgeReach, ReadingWork work)
    {
        work.CountPixels(picture.Pixels.Length);
        float[] values = new float[picture.Pixels.Length];
        float[] inkOf = [.. Enumerable.Range(0, 256).Select(level => levels.InkOf((byte)level))];
        for (int i = 0; i < values.Length; i++)
            values[i] = inkOf[picture.Pixels[i]];
        bool[] isPen = new bool[values.Length];
        for (int i = 0; i < values.Length; i++)
            isPen[i] = values[i] > levels.Threshold;
        SoftEdges.ClearOthers(values, isPen, picture.Width, picture.Height, softEdgeReach, work);
        return new Ink(picture.Width, picture.Height, values, levels.Threshold, levels.IsDarkOnLight, reduction);
    }
}
