// Turns pointers and keys into strokes and sends them to the page, which reads them. Everything else is C#.
const width = 720, height = 320, sharpness = 2, pause = 110,
    digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export function start(canvas, input, page, penWidth) {
    const context = canvas.getContext('2d'), listeners = new AbortController(), options = { signal: listeners.signal };
    const dark = matchMedia('(prefers-color-scheme: dark)');
    let strokes = decode(location.hash), stroke = null, cursor = null, revision = 0, sending = false, waiting = false, last = 0;
    canvas.width = width * sharpness;
    canvas.height = height * sharpness;

    function draw() {
        context.setTransform(sharpness, 0, 0, sharpness, 0, 0);
        context.clearRect(0, 0, width, height);
        context.strokeStyle = getComputedStyle(canvas).color;
        context.lineCap = context.lineJoin = 'round';
        context.lineWidth = penWidth;
        for (const s of strokes) {
            context.beginPath();
            context.moveTo(s[0], s[1]);
            if (s.length === 2) context.lineTo(s[0] + .1, s[1]);
            for (let i = 2; i < s.length; i += 2) context.lineTo(s[i], s[i + 1]);
            context.stroke();
        }
        if (cursor) {
            context.lineWidth = 2;
            context.beginPath();
            context.arc(cursor.x, cursor.y, penWidth, 0, 7);
            context.stroke();
        }
    }

    async function send() {
        waiting = true;
        canvas.dataset.due = revision + 1; // the revision of the reading that will have all strokes so far
        if (sending) return;
        sending = true;
        try {
            while (waiting) {
                waiting = false;
                last = performance.now();
                await page.invokeMethodAsync('ReadDrawing', ++revision, strokes);
            }
        } catch { /* reconnecting; the next stroke sends all of them */ }
        sending = false;
    }

    function changed() {
        draw();
        const hash = encode(strokes);
        history.replaceState(history.state, '', location.pathname + location.search + (hash ? '#' + hash : ''));
        send();
    }

    function add(x, y) {
        x = Math.round(Math.min(width, Math.max(0, x)));
        y = Math.round(Math.min(height, Math.max(0, y)));
        const n = stroke.length;
        if (n && Math.hypot(stroke[n - 2] - x, stroke[n - 1] - y) < 3) return;
        stroke.push(x, y);
    }

    function take(event) {
        const box = canvas.getBoundingClientRect();
        for (const e of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event])
            add((e.clientX - box.left) * width / box.width, (e.clientY - box.top) * height / box.height);
    }

    canvas.addEventListener('pointerdown', e => {
        if (e.button !== 0 || stroke) return;
        canvas.setPointerCapture(e.pointerId);
        cursor = null;
        strokes.push(stroke = []);
        take(e);
        draw();
    }, options);
    canvas.addEventListener('pointermove', e => {
        if (!stroke || cursor) return;
        take(e);
        draw();
        if (!sending && performance.now() - last > pause) send();
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
            else { strokes.push(stroke = []); add(cursor.x, cursor.y); draw(); }
        } else if (move) {
            cursor ??= { x: width / 8, y: height / 4 };
            cursor.x = Math.min(width, Math.max(0, cursor.x + move[0]));
            cursor.y = Math.min(height, Math.max(0, cursor.y + move[1]));
            if (stroke) { add(cursor.x, cursor.y); send(); }
            draw();
        } else return;
        e.preventDefault();
    }, options);

    function undo() { stroke = null; strokes.pop(); changed(); }
    function clear() { stroke = null; strokes = []; changed(); }

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
    if (strokes.length) send();
    function say(name, value) {
        const query = new URLSearchParams(location.search);
        query.set(name, value);
        history.replaceState(history.state, '', '?' + query + location.hash);
    }

    return { undo, clear, say, read: () => { draw(); send(); }, stop: () => listeners.abort() };
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
