// What is scanned: a scanner types like a keyboard, quickly and with Enter at the end; a camera is used where the
// browser can read codes.
"use strict";
const kioskScan = (onScan) => {
  const KEY_PAUSE_MS = 80; // A scanner is faster, a person slower.
  const CODE_CHARS_MIN = 6;
  const CODE_CHARS_MAX = 512;
  const LOOK_MS = 250;

  let typed = "";
  let lastKey = 0;

  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.("input[type=text]")) return;
    const now = performance.now();
    if (now - lastKey > KEY_PAUSE_MS) typed = "";
    lastKey = now;
    if (event.key === "Enter" && typed.length >= CODE_CHARS_MIN) {
      event.preventDefault();
      const code = typed;
      typed = "";
      onScan(code);
    } else if (event.key.length === 1 && typed.length < CODE_CHARS_MAX) {
      typed += event.key;
    }
  });

  // ---- the camera ----

  let stream = null;
  let looking = 0;

  function stop() {
    looking += 1;
    for (const track of stream?.getTracks() || []) track.stop();
    stream = null;
  }

  // Resolves to whether there is a camera that can be used. Ends with the first code, or with `stop`.
  async function watch(video) {
    stop();
    const mine = looking;
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return false;
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
      if (mine !== looking) {
        for (const track of opened.getTracks()) track.stop();
        return false;
      }
      stream = opened;
      video.srcObject = stream;
      await video.play();
      look(video, new BarcodeDetector(), mine);
      return true;
    } catch {
      if (mine === looking) stop();
      return false;
    }
  }

  async function look(video, detector, mine) {
    while (mine === looking) {
      const found = await detector.detect(video).catch(() => []);
      if (mine !== looking) return;
      const code = found[0]?.rawValue;
      if (code && code.length <= CODE_CHARS_MAX) {
        stop();
        onScan(code);
        return;
      }
      await new Promise((done) => setTimeout(done, LOOK_MS));
    }
  }

  return { watch, stop };
};
