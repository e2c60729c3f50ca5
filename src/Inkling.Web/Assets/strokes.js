// Strokes on a canvas, each x, y, x, y, …: how they are drawn, how a pointer lengthens them, how the page gets to know them.
const sharpness = 2, shortest = 3;

// The server answers within 20 seconds (WebSettings.TimeLimit), also where it has no time to read. Later answers have been lost.
const longest = 30_000;

// Draws strokes on a canvas of so many units.
export function pen(canvas, width, height, penWidth) {
    const context = canvas.getContext('2d');
    canvas.width = width * sharpness;
    canvas.height = height * sharpness;

    function draw(strokes) {
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
    }

    // Adds a point to a stroke, unless it is hardly away from the last.
    function add(stroke, x, y) {
        x = Math.round(Math.min(width, Math.max(0, x)));
        y = Math.round(Math.min(height, Math.max(0, y)));
        const n = stroke.length;
        if (n && Math.hypot(stroke[n - 2] - x, stroke[n - 1] - y) < shortest) return;
        stroke.push(x, y);
    }

    // Adds the points of a pointer's event.
    function follow(stroke, event) {
        const box = canvas.getBoundingClientRect();
        for (const e of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event])
            add(stroke, (e.clientX - box.left) * width / box.width, (e.clientY - box.top) * height / box.height);
    }

    return { context, draw, add, follow };
}

// Sends one message at a time: what changes meanwhile is in the next. `call` sends all that there is.
export function sender(call, pause, options, patience = longest) {
    let sending = false, waiting = false, unsent = false, connection = 0, last = 0;

    async function send() {
        waiting = unsent = true;
        if (sending) return;
        sending = true;
        const begun = connection;
        try {
            while (waiting && begun === connection) {
                waiting = false;
                last = performance.now();
                if (!await answers(call(), patience)) waiting = true;
            }
            if (begun === connection) unsent = false;
        } catch { /* no connection: all is sent when there is one again */ }
        if (begun === connection) sending = false;
    }

    // The answer to what was being sent when the connection was lost never comes.
    document.addEventListener('components-reconnect-state-changed', e => {
        if (e.detail.state !== 'hide' || !unsent) return;
        connection++;
        sending = false;
        send();
    }, { ...options, capture: true });

    // While a stroke is drawn, parts of it are sent no sooner than a pause after the last.
    return { send, isDue: () => !sending && performance.now() - last > pause };
}

// Whether an answer comes in time.
async function answers(answer, patience) {
    let timer;
    const late = new Promise(resolve => timer = setTimeout(resolve, patience, false));
    try { return await Promise.race([answer.then(() => true), late]); } finally { clearTimeout(timer); }
}
