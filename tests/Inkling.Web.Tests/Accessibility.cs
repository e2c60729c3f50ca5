namespace Inkling.Web.Tests;

/// <summary>Accessibility checks after WCAG 2.2: accessible names, contrast, focus and heading order, target sizes.</summary>
internal static class Accessibility
{
    /// <summary>Returns one string per violation; runs in the page, to see the browser's computed styles and sizes.</summary>
    private const string Check = """
        () => {
            const wrong = [], seen = e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
            const say = e => e.outerHTML.slice(0, 120);
            const ids = new Map();
            for (const e of document.querySelectorAll('[id]')) ids.set(e.id, (ids.get(e.id) ?? 0) + 1);
            for (const [id, n] of ids) if (n > 1) wrong.push(`id ${id} ${n} times`);
            const labelledBy = e => (e.getAttribute('aria-labelledby') ?? '').split(' ')
                .map(id => document.getElementById(id)?.textContent ?? '').join('');
            const nameOf = e => e.getAttribute('aria-label') || labelledBy(e)
                || [...(e.labels ?? [])].map(l => l.textContent).join('') || e.getAttribute('alt')
                || e.textContent.trim() || e.title;
            for (const e of document.querySelectorAll('a, button, input, select, textarea, [tabindex="0"], [role=img]'))
                if (seen(e) && !nameOf(e)?.trim()) wrong.push(`no name: ${say(e)}`);
            for (const e of document.querySelectorAll('img')) if (!e.hasAttribute('alt')) wrong.push(`no alt: ${say(e)}`);
            for (const e of document.querySelectorAll('[tabindex]')) if (e.tabIndex > 0) wrong.push(`order: ${say(e)}`);
            for (const e of document.querySelectorAll('[aria-controls], [aria-describedby]'))
                for (const id of (e.getAttribute('aria-controls') ?? e.getAttribute('aria-describedby')).split(' '))
                    if (!document.getElementById(id)) wrong.push(`points nowhere: ${say(e)}`);
            let level = 0;
            for (const e of document.querySelectorAll('h1, h2, h3, h4')) {
                const n = +e.tagName[1];
                if (n > level + 1) wrong.push(`heading leaps: ${say(e)}`);
                level = n;
            }
            const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
            const rgba = c => {
                canvas.clearRect(0, 0, 1, 1);
                canvas.fillStyle = c;
                canvas.fillRect(0, 0, 1, 1);
                const d = canvas.getImageData(0, 0, 1, 1).data;
                return [d[0], d[1], d[2], d[3] / 255];
            };
            const lum = c => {
                const [r, g, b] = c.map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
                return .2126 * r + .7152 * g + .0722 * b;
            };
            const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3]));
            const paper = e => {
                const stack = [];
                for (; e; e = e.parentElement) stack.push(rgba(getComputedStyle(e).backgroundColor));
                return stack.reverse().reduce((b, c) => over(c, b), [255, 255, 255]);
            };
            for (const e of document.querySelectorAll('body *')) {
                if (!seen(e) || e.closest('.hidden, .skip, :disabled, svg[aria-hidden=true]')) continue;
                if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
                if (e.tagName === 'SCRIPT' || e.tagName === 'OPTION') continue;
                const style = getComputedStyle(e), isDrawn = e instanceof SVGElement;
                const ink = rgba(isDrawn ? style.fill : style.color), back = paper(isDrawn ? e.ownerSVGElement.parentElement : e);
                const [x, y] = [lum(over(ink, back)), lum(back)].sort((a, b) => b - a), ratio = (x + .05) / (y + .05);
                const size = parseFloat(style.fontSize), isLarge = size >= 24 || size >= 18.66 && style.fontWeight >= 600;
                if (ratio < (isLarge ? 3 : 4.5)) wrong.push(`contrast ${ratio.toFixed(2)}: ${say(e)}`);
            }
            for (const e of document.querySelectorAll('button, select, input:not([type=range], [type=checkbox], [type=file])')) {
                const box = e.getBoundingClientRect();
                if (seen(e) && box.width && (box.width < 24 || box.height < 24))
                    wrong.push(`small target ${box.width}×${box.height}: ${say(e)}`);
            }
            return wrong;
        }
        """;

    public static async Task AssertAccessibleAsync(this WatchedPage page)
        => Assert.Empty(await page.Page.EvaluateAsync<string[]>(Check));

    /// <summary>Requires that nothing is wider than the screen, except what scrolls by itself.</summary>
    public static async Task AssertFitsAsync(this WatchedPage page) =>
        Assert.True(
            await page.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"),
            string.Join('\n', await page.Page.EvaluateAsync<string[]>(
                "() => [...document.querySelectorAll('body *')]"
                + ".filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll, pre, svg'))"
                + ".map(e => e.outerHTML.slice(0, 120))")));
}
