using Microsoft.JSInterop;

namespace Inkling.Web.Shell;

/// <summary>
/// The script of a component: a module whose function <c>start</c> gets the component and returns an object with a function
/// <c>stop</c>. The component may be closed at any time, also while the script is being loaded.
/// </summary>
/// <typeparam name="TComponent">The component, whose methods the script calls.</typeparam>
internal sealed class PageScript<TComponent> : IAsyncDisposable
    where TComponent : class
{
    private DotNetObjectReference<TComponent>? _component;
    private IJSObjectReference? _started;
    private bool _isClosed;

    /// <summary>Whether the script has started and can be called.</summary>
    public bool IsReady => _started is not null;

    /// <summary>Loads and starts the script; after the component's first rendering.</summary>
    /// <param name="browser">The visitor's browser.</param>
    /// <param name="asset">The module.</param>
    /// <param name="component">The component: the first argument of <c>start</c>.</param>
    /// <param name="arguments">The others.</param>
    /// <returns>False where the component was closed in the meantime.</returns>
    public async Task<bool> StartAsync(
        IJSRuntime browser, string asset, TComponent component, params object?[] arguments)
    {
        try
        {
            await using IJSObjectReference module =
                await browser.InvokeAsync<IJSObjectReference>("import", AssetFiles.AddressOf(asset));
            if (_isClosed) // its elements are no longer in the page
                return false;
            _component = DotNetObjectReference.Create(component);
            _started = await module.InvokeAsync<IJSObjectReference>("start", [_component, .. arguments]);
            if (!_isClosed)
                return true;
        }
        catch (JSDisconnectedException)
        {
            return false;
        }

        await DisposeAsync();
        return false;
    }

    /// <summary>Calls a function of the object that <c>start</c> returned; does nothing before there is one.</summary>
    public async ValueTask CallAsync(string function, params object?[] arguments)
    {
        if (_started is { } script)
            await script.InvokeVoidAsync(function, arguments);
    }

    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        IJSObjectReference? script = Interlocked.Exchange(ref _started, null);
        try
        {
            if (script is not null)
            {
                await script.InvokeVoidAsync("stop");
                await script.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // the page is closed already
        }

        _component?.Dispose();
    }
}
