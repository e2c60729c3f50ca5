using System.Globalization;
using System.Resources;
using Microsoft.AspNetCore.Components;

namespace Inkling.Web.Shell;

/// <summary>The page's texts in one language. The address tells it: <c>/zh/learn</c> is Chinese, <c>/learn</c> English.</summary>
internal sealed class Language
{
    public const string Chinese = "zh";

    // Two neutral resources in place of satellite assemblies: the command runs without the system's cultures.
    private static readonly Language InEnglish = new("en", "Words"), InChinese = new(Chinese, "WordsInChinese");

    private readonly ResourceManager _words;

    private Language(string code, string resource)
    {
        Code = code;
        _words = new ResourceManager($"Inkling.Web.Shell.{resource}", typeof(Language).Assembly);
    }

    public static Language English => InEnglish;

    /// <summary>The language's code in HTML.</summary>
    public string Code { get; }

    /// <summary>The text under a key.</summary>
    public string this[string key] =>
        _words.GetString(key, CultureInfo.InvariantCulture)
        ?? throw new KeyNotFoundException($"No words for \"{key}\" in {Code}.");

    /// <summary>The text under a key, with values in its places.</summary>
    public string Format(string key, params ReadOnlySpan<object?> values) =>
        string.Format(CultureInfo.InvariantCulture, this[key], values);

    /// <summary>The address of a page in this language, relative to the page's base.</summary>
    /// <param name="page">As <c>learn</c>; empty for the first.</param>
    public string Link(string page) => this == InChinese ? $"{Chinese}/{page}".TrimEnd('/') : page;

    /// <summary>The language of an address.</summary>
    public static Language Of(NavigationManager navigation) =>
        navigation.ToBaseRelativePath(navigation.Uri).Split('/', '?', '#')[0] == Chinese ? InChinese : InEnglish;

    /// <summary>The same address in the other language, relative to the page's base.</summary>
    public string OtherLink(NavigationManager navigation)
    {
        string path = navigation.ToBaseRelativePath(navigation.Uri).Split('#')[0];
        if (this != InChinese)
            return $"{Chinese}/{path}".TrimEnd('/');
        string rest = path[Chinese.Length..].TrimStart('/');
        return rest.Length == 0 ? "?lang=en" : rest[0] == '?' ? $"{rest}&lang=en" : rest;
    }
}
