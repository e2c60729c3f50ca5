namespace Inkling.Web;

/// <summary>Whom a page is for, as limits for one address count people. A page learns it when it is first rendered, from its
/// request, and takes it along into its circuit, protected from changes.</summary>
internal sealed class Visitor
{
    public string Address { get; set; } = "";
}
