// Turns pointers and keys into strokes and sends them to the page, which reads them. Everything else is C#.
import { pen, sender } from './strokes.js';

const width = 720, height = 320, pause = 110,
    digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export function start(page, canvas, input, penWidth) {
    const listeners = new AbortController(), options = { signal: listeners.signal };
    const ink = pen(canvas, width, height, penWidth), context = ink.context;
    const sending = sender(() => page.invokeMethodAsync('ReadDrawing', ++revision, strokes), pause, options);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    let strokes = decode(location.hash), stroke = null, cursor = null, revision = 0;
    if (!strokes.length) strokes = decode('#' + kept()); // drawn before another page was visited

    function draw() {
        ink.draw(strokes);
        if (cursor) {
            context.lineWidth = 2;
            context.beginPath();
            context.arc(cursor.x, cursor.y, penWidth, 0, 7);
            context.stroke();
        }
    }

    function send() {
        canvas.dataset.due = revision + 1; // the revision of the reading that will have all strokes so far
        sending.send();
    }

    function changed() {
        keep();
        draw();
        send();
    }

    // Keeps the drawing in the address, and for this tab's other pages.
    function keep() {
        const text = encode(strokes);
        history.replaceState(history.state, '', location.pathname + location.search + (text ? '#' + text : ''));
        try { sessionStorage.setItem('drawing', text); } catch { /* the browser stores nothing */ }
    }

    function kept() {
        try { return sessionStorage.getItem('drawing') ?? ''; } catch { return ''; }
    }

    canvas.addEventListener('pointerdown', e => {
        if (e.button !== 0 || stroke) return;
        canvas.setPointerCapture(e.pointerId);
        cursor = null;
        strokes.push(stroke = []);
        ink.follow(stroke, e);
        draw();
    }, options);
    canvas.addEventListener('pointermove', e => {
        if (!stroke || cursor) return;
        ink.follow(stroke, e);
        draw();
        if (sending.isDue()) send();
    }, options);
    for (const end of ['pointerup', 'pointercancel'])
        canvas.addEventListener(end, () => {
            if (!stroke || cursor) return;
            stroke = null;
            changed();
        }, options);

    canvas.addEventListener('keydown', e => {
        const step = e.shiftKey ? 2 : 12,
            move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[e.key];
        if (e.key === 'z' && (e.ctrlKey || e.metaKey) || e.key === 'Backspace') undo();
        else if (e.key === 'Escape') clear();
        else if (e.key === ' ') {
            cursor ??= { x: width / 8, y: height / 4 };
            if (stroke) { stroke = null; changed(); }
            else { strokes.push(stroke = []); ink.add(stroke, cursor.x, cursor.y); draw(); }
        } else if (move) {
            cursor ??= { x: width / 8, y: height / 4 };
            cursor.x = Math.min(width, Math.max(0, cursor.x + move[0]));
            cursor.y = Math.min(height, Math.max(0, cursor.y + move[1]));
            if (stroke) { ink.add(stroke, cursor.x, cursor.y); send(); }
            draw();
        } else return;
        e.preventDefault();
    }, options);

    function undo() { stroke = null; strokes.pop(); changed(); }
    function clear() { stroke = null; strokes = []; changed(); }
    function show(drawing) { stroke = cursor = null; strokes = drawing; changed(); }

    // A picture that is dropped or pasted anywhere is treated as one that is chosen.
    function choose(files) {
        if (!files?.length) return false;
        input.files = files;
        input.dispatchEvent(new Event('change', { bubbles: true }));
        return true;
    }
    document.addEventListener('dragover', e => e.preventDefault(), options);
    document.addEventListener('drop', e => { e.preventDefault(); choose(e.dataTransfer.files); }, options);
    document.addEventListener('paste', e => { if (choose(e.clipboardData.files)) e.preventDefault(); }, options);
    dark.addEventListener('change', draw, options);

    draw();
    if (strokes.length) { keep(); send(); }
    function say(name, value) {
        const query = new URLSearchParams(location.search);
        query.set(name, value);
        history.replaceState(history.state, '', location.pathname + '?' + query + location.hash);
    }

    return { undo, clear, show, say, read: () => { draw(); send(); }, stop: () => listeners.abort() };
}

// A drawing as text for an address: two characters a coordinate, a full stop between strokes.
function encode(strokes) {
    return strokes.map(s => s.map(n => digits[n >> 6] + digits[n & 63]).join('')).join('.');
}

function decode(hash) {
    if (!/^#[\w.-]+$/.test(hash)) return [];
    return hash.slice(1).split('.').map(s => {
        const stroke = [];
        for (let i = 0; i + 3 < s.length; i += 4)
            stroke.push(number(s, i), number(s, i + 2));
        return stroke;
    }).filter(s => s.length && s.every(n => n >= 0 && n <= width));
}

function number(s, i) { return digits.indexOf(s[i]) * 64 + digits.indexOf(s[i + 1]); }
