// A square to draw a digit on; sends its strokes to the page, which shows them in a network.
import { pen, sender } from './strokes.js';

const side = 280, pause = 80;

export function start(page, canvas, penWidth) {
    const listeners = new AbortController(), options = { signal: listeners.signal };
    const ink = pen(canvas, side, side, penWidth);
    const { send, isDue } = sender(() => page.invokeMethodAsync('Draw', strokes), pause, options);
    let strokes = [], stroke = null;

    const draw = () => ink.draw(strokes);

    function take(event) {
        ink.follow(stroke, event);
        draw();
    }

    canvas.addEventListener('pointerdown', e => {
        if (e.button !== 0 || stroke) return;
        canvas.setPointerCapture(e.pointerId);
        strokes.push(stroke = []);
        take(e);
    }, options);
    canvas.addEventListener('pointermove', e => {
        if (!stroke) return;
        take(e);
        if (isDue()) send();
    }, options);
    for (const end of ['pointerup', 'pointercancel'])
        canvas.addEventListener(end, () => {
            if (!stroke) return;
            stroke = null;
            send();
        }, options);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw, options);
    draw();
    return { clear: () => { strokes = []; stroke = null; draw(); }, stop: () => listeners.abort() };
}
