using System.Reflection;
using ScottPlot;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>Inter, embedded: a fresh Linux has no fonts, and plots look the same on every machine.</summary>
internal static class Typefaces
{
    public const string Family = "Inter";

    public static readonly SKTypeface Regular = Load("Inter-Regular.otf");
    public static readonly SKTypeface SemiBold = Load("Inter-SemiBold.otf");

    static Typefaces() => Fonts.FontResolvers.Insert(0, new EmbeddedFonts());

    private static SKTypeface Load(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        return SKTypeface.FromStream(stream);
    }

    /// <summary>Resolves Inter for ScottPlot, which asks by name and owns the typefaces it gets: each is a new one.</summary>
    private sealed class EmbeddedFonts : IFontResolver
    {
        public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
            fontName != Family ? null : Load(weight >= FontWeight.SemiBold ? "Inter-SemiBold.otf" : "Inter-Regular.otf");

        public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
            CreateTypeface(fontName, bold ? FontWeight.Bold : FontWeight.Normal, FontSlant.Upright, FontSpacing.Normal);
    }
}
