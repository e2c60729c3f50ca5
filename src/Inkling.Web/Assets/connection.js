// Blazor tries to reconnect for some minutes. This reloads the page where that cannot succeed: the drawing is kept (ink.js).
const seconds = 5;

document.addEventListener('components-reconnect-state-changed', event => {
    if (event.detail.state === 'rejected') location.reload(); // the server has been restarted
    if (event.detail.state === 'failed') reloadWhenItAnswers();
}, { capture: true });

document.addEventListener('click', event => {
    if (event.target.closest?.('.reload')) location.reload();
});

function reloadWhenItAnswers() {
    setTimeout(async () => {
        try {
            if ((await fetch(new URL('health/live', document.baseURI), { cache: 'no-store' })).ok) return location.reload();
        } catch { /* not yet */ }
        reloadWhenItAnswers();
    }, 1000 * seconds);
}
