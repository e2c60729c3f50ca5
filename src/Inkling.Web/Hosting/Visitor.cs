namespace Inkling.Web;

/// <summary>The client that a page is for, as the limits for each address identify it. It is known when the page is first
/// rendered, from its request, and is passed on to the page's circuit, protected from changes.</summary>
internal sealed class Visitor
{
    public string Address { get; set; } = "";
}
