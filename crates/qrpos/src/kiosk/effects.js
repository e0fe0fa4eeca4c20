// Sounds, the animation of success and the slides, as the block `kiosk2` sets them. Every sound is made here.
//
// Sounds wait for each other in the order of their priorities: 1 is the sound of failure, 2 the voice. The sound of
// success goes with its animation and waits for nobody.
"use strict";
const kioskEffects = (settings, lang) => {
  const NEGATIVE = 1;
  const VOICE = 2;
  const SOUND_MS_MAX = 8000; // A voice that never tells that it has ended must not hold the next one.
  const SLIDE_MS = 5000;
  const QUEUE_MAX = 4;

  let audio = null;
  let busy = false;
  let queue = [];

  // ---- sounds ----

  function heard(name) {
    document.body.dataset.heard = `${document.body.dataset.heard || ""} ${name}`.trim();
  }

  // Notes are [hertz, begins at ms, lasts ms].
  function play(notes, type) {
    audio ||= new AudioContext();
    audio.resume();
    const start = audio.currentTime;
    for (const [hertz, at, lasts] of notes) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.type = type;
      tone.frequency.value = hertz;
      const from = start + at / 1000;
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(0.22, from + 0.015);
      volume.gain.exponentialRampToValueAtTime(0.001, from + lasts / 1000);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(from + lasts / 1000);
    }
    const [, at, lasts] = notes.at(-1);
    return new Promise((done) => setTimeout(done, at + lasts));
  }

  const negative = () => play([[330, 0, 220], [247, 240, 380]], "triangle");
  const positive = () => play([[659, 0, 180], [784, 130, 180], [1047, 260, 520]], "sine");

  function speak(text) {
    if (!("speechSynthesis" in window)) return Promise.resolve();
    return new Promise((done) => {
      const said = new SpeechSynthesisUtterance(text);
      said.lang = lang() === "ru" ? "ru-RU" : "en-US";
      said.onend = done;
      said.onerror = done;
      speechSynthesis.speak(said);
    });
  }

  function enqueue(priority, name, sound) {
    if (queue.length >= QUEUE_MAX) return;
    queue.push({ priority, name, sound });
    queue.sort((a, b) => a.priority - b.priority);
    if (!busy) next();
  }

  async function next() {
    const first = queue.shift();
    busy = Boolean(first);
    if (!first) return;
    heard(first.name);
    try {
      await Promise.race([first.sound(), new Promise((done) => setTimeout(done, SOUND_MS_MAX))]);
    } catch {
      // A kiosk without loudspeakers sells all the same.
    }
    next();
  }

  // What the last screen wanted to say is out of date.
  function hush() {
    queue = queue.filter((waiting) => waiting.priority === NEGATIVE);
    if ("speechSynthesis" in window) speechSynthesis.cancel();
  }

  // `mood` is "good", "bad" or "plain".
  function tell(mood, text) {
    hush();
    if (mood === "bad" && settings.negativeSoundEffects) enqueue(NEGATIVE, "negative", negative);
    if (mood === "good" && settings.positiveEffect) {
      heard("positive");
      positive().catch(() => {});
      celebrate();
    }
    if (text && settings.voiceSoundEffects) enqueue(VOICE, "voice", () => speak(text));
  }

  // ---- the animation ----

  async function celebrate() {
    const cover = document.getElementById("celebration");
    const [comes, stays, goes] = settings.positiveAnimationTimer;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    cover.hidden = false;
    const hidden = { opacity: 0, transform: "scale(0.7)" };
    const seen = { opacity: 1, transform: "scale(1)" };
    await cover.animate([hidden, seen], { duration: comes, easing: "cubic-bezier(0.2, 0.9, 0.3, 1.1)" }).finished;
    await new Promise((done) => setTimeout(done, stays));
    await cover.animate([seen, { opacity: 0, transform: "scale(1.15)" }], { duration: goes, easing: "ease-in", fill: "forwards" }).finished;
    cover.hidden = true;
    cover.getAnimations().forEach((animation) => animation.cancel());
  }

  // ---- the slides ----

  const slides = [...document.querySelectorAll("[data-slide]")];
  const pips = [...document.querySelectorAll(".pips i")];
  let shown = 0;
  if (slides.length > 1) {
    setInterval(() => {
      if (document.getElementById("empty").hidden) return;
      shown = (shown + 1) % slides.length;
      slides.forEach((slide, at) => { slide.hidden = at !== shown; });
      pips.forEach((pip, at) => pip.classList.toggle("on", at === shown));
    }, SLIDE_MS);
  }

  return { tell };
};
