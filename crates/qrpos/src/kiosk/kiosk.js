// The self-checkout: shows one screen at a time and speaks to the daemon itself.
//
// A payment has one id from the moment the button is pressed. It is kept in sessionStorage before anything is sent,
// so a reload finds it; whatever breaks, its status is asked, and only the same message is ever sent again.
"use strict";
(() => {
  const config = JSON.parse(document.body.dataset.config);
  const FINAL = new Set(["paid", "declined", "expired", "cancelled", "refused", "refunded", "done"]);
  // A repeat that is turned away with one of these says nothing of the first copy.
  const PASSING = new Set(["shutting_down", "journal_unavailable", "rate_limited", "unauthorized", "internal"]);
  const PAUSE_MS = 1500;
  const SLOW_PAUSE_MS = 10000;
  const ANSWER_MS = 20000;
  const SILENCE_MS = 60000;
  const ASK_FOR_MS = 24 * 3600 * 1000; // After a day nobody stands before this screen.
  const EVENT_CHARS_MAX = 1000000;
  const QUANTITY_MAX = 99;
  const STORE_KEY = "qrpos-kiosk";
  const FORGOTTEN_MS = 30000; // A message on its way when the page was reloaded has arrived by then, or never will.

  const $ = (id) => document.getElementById(id);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

  // ---- what is remembered ----

  const fresh = () => ({ phase: "shop", basket: {}, tender: 0, sale: null, reply: null, cancelling: false, confirming: false, paid: 0, receipt: null, refunds: [] });
  let state = { lang: config.lang, ...fresh(), ...recall() };
  let run = 0; // Grows with each new purchase: what still waits for an older one falls silent.
  let diesAt = null;
  let lifeMs = 0;
  let shownPayload = null;
  let refundChoice = {};
  let confirmBy = null;
  const effects = kioskEffects(config.kiosk2, () => state.lang);
  const scan = kioskScan(scanned);

  function recall() {
    try {
      return JSON.parse(sessionStorage.getItem(STORE_KEY)) || {};
    } catch {
      return {};
    }
  }
  // The buyer's code and card pay: they are never kept.
  const SECRET = new Set(["customer_code", "card_token"]);
  const remember = () =>
    sessionStorage.setItem(STORE_KEY, JSON.stringify(state, (key, value) => (SECRET.has(key) ? undefined : value)));

  // ---- words and money ----

  const say = (key) => config.words[key]?.[state.lang] ?? key;
  const pick = (text) => text?.[state.lang] ?? "";

  function money(kopecks) {
    const rubles = String(Math.trunc(kopecks / 100)).replace(/\B(?=(\d{3})+$)/g, "\u202f");
    const rest = String(kopecks % 100).padStart(2, "0");
    return `${rubles}${state.lang === "ru" ? "," : "."}${rest}\u00a0₽`;
  }

  function rubles(kopecks) {
    return `${Math.trunc(kopecks / 100)}.${String(kopecks % 100).padStart(2, "0")}`;
  }

  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  }

  // All payments of a purchase belong to one receipt: date and time of the first, which no other of this kiosk has.
  function receiptNumber() {
    const two = (number) => String(number).padStart(2, "0");
    const now = new Date();
    const day = [now.getFullYear() % 100, now.getMonth() + 1, now.getDate()];
    const time = [now.getHours(), now.getMinutes(), now.getSeconds()];
    return `${day.map(two).join("")}-${time.map(two).join("")}`;
  }

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children);
    return made;
  }

  // ---- the daemon ----

  // `of` is a tender, or the message that this one is about: it belongs to the same register.
  const common = (operation, of) => ({
    protocol: 1, operation, id: newId(), module: of.module, store: config.store, terminal: of.terminal || config.terminal,
  });

  const bearer = (message) => {
    const second = config.tenders.find((tender) => tender.terminal && tender.terminal === message.terminal);
    return `Bearer ${second ? second.token : config.token}`;
  };

  async function post(message) {
    const response = await fetch(`${config.api}/operations`, {
      method: "POST",
      headers: { Authorization: bearer(message), "Content-Type": "application/json" },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const reply = await response.json();
    if (typeof reply?.final !== "boolean") throw new Error("not a reply");
    if (!reply.state && !reply.final) throw new Error("not decided in time");
    return reply;
  }

  const status = (message) =>
    post({ ...common("status", message), payment: message.id });

  async function* events(operationId, message) {
    const stop = new AbortController();
    let watch = setTimeout(() => stop.abort(), SILENCE_MS);
    try {
      const response = await fetch(`${config.api}/operations/${encodeURIComponent(operationId)}/events`, {
        headers: { Authorization: bearer(message), Accept: "text/event-stream" },
        signal: stop.signal,
      });
      if (!response.ok) throw new Error("no events");
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      let buffer = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(watch);
        watch = setTimeout(() => stop.abort(), SILENCE_MS);
        buffer = (buffer + value).replace(/\r\n/g, "\n");
        if (buffer.length > EVENT_CHARS_MAX) throw new Error("too large an event");
        let end;
        while ((end = buffer.indexOf("\n\n")) >= 0) {
          const lines = buffer.slice(0, end).split("\n");
          buffer = buffer.slice(end + 2);
          const field = (name) => lines.filter((l) => l.startsWith(`${name}:`)).map((l) => l.slice(name.length + 1).replace(/^ /, ""));
          if (field("event")[0] === "reply") yield JSON.parse(field("data").join("\n"));
        }
      }
    } finally {
      clearTimeout(watch);
      stop.abort();
    }
  }

  const ended = (reply) => (reply.state ? FINAL.has(reply.state) : reply.final);

  // Brings one message to its end. `hear` gets every reply; `asked` says that the message may have been sent before.
  async function drive(message, startedAt, asked, hear) {
    const mine = run;
    const late = () => Date.now() - startedAt > config.timeout_ms;
    const unknown = { state: "unresolved", final: false };
    const tell = (reply) => {
      offline(false);
      hear(late() && !ended(reply) ? unknown : reply);
      return ended(reply);
    };
    const alarm = setTimeout(() => mine === run && hear(unknown), Math.max(0, startedAt + config.timeout_ms - Date.now()));
    try {
      while (mine === run && Date.now() - startedAt < ASK_FOR_MS) {
        try {
          const reply = asked ? await ask(message, late()) : await post(message);
          asked = true;
          if (mine !== run || tell(reply)) return;
          for await (const news of events(reply.operation_id, message)) {
            if (mine !== run || tell(news)) return;
          }
        } catch {
          asked = true;
          if (mine !== run) return;
          offline(true);
        }
        await sleep(late() ? SLOW_PAUSE_MS : PAUSE_MS);
      }
    } finally {
      clearTimeout(alarm);
    }
  }

  // How a message that may have been sent stands. Only when the daemon has never heard of it, the same goes again.
  async function ask(message, late) {
    let reply = await status(message);
    const forgotten = state.sale?.message === message && state.sale.withCode && !message.customer_code && !message.card_token;
    if (!reply.state && reply.error?.code === "unknown_payment" && forgotten) {
      if (Date.now() - state.sale.startedAt < FORGOTTEN_MS) throw new Error("it may still arrive");
      return { state: "cancelled", final: true };
    }
    if (!reply.state && reply.error?.code === "unknown_payment" && !late) reply = await post(message);
    if (!reply.state && (PASSING.has(reply.error?.code) || reply.error?.code === "unknown_payment")) throw new Error("no word of it");
    return reply;
  }

  function offline(on) {
    $("offline").hidden = !on;
  }

  // ---- buying ----

  const lines = () => Object.entries(state.basket).map(([n, quantity]) => ({ n: Number(n), quantity, ...config.goods[n - 1] }));
  const sumOf = (list) => list.reduce((sum, line) => sum + line.price * line.quantity, 0);

  function change(n, by) {
    const quantity = Math.min(QUANTITY_MAX, (state.basket[n] || 0) + by);
    if (quantity > 0) state.basket[n] = quantity;
    else delete state.basket[n];
    remember();
    renderShop();
  }

  const chosenTender = () => config.tenders[state.tender] || config.tenders[0];
  const due = () => sumOf(lines()) - state.paid;

  function pay() {
    if (!lines().length) return;
    if (chosenTender().scans || chosenTender().reads_card) openCode();
    else start(null);
  }

  // The buyer's own code comes first.
  function openCode() {
    state.phase = "code";
    $("customer-code").value = "";
    $("code-pay").disabled = true;
    $("code-due").textContent = money(due());
    const card = chosenTender().reads_card;
    $("code-title").dataset.t = card ? "show_card" : "show_code";
    $("code-hint").dataset.t = card ? "show_card_hint" : "show_code_hint";
    $("code-label").dataset.t = card ? "card_typed" : "code_typed";
    delete $("camera-state").dataset.t;
    $("camera-state").textContent = "";
    remember();
    show();
    effects.tell("plain", say(card ? "say_card" : "say_code"));
    $("customer-code").focus();
    if (card) return;
    scan.watch($("camera")).then((seen) => {
      if (state.phase !== "code") return scan.stop();
      $("camera").hidden = !seen;
      $("scanner").hidden = seen;
      $("camera-state").dataset.t = seen ? "camera_hint" : "camera_no";
      $("camera-state").textContent = say(seen ? "camera_hint" : "camera_no");
    });
  }

  function closeCode() {
    scan.stop();
    $("camera").hidden = true;
    $("scanner").hidden = false;
    $("customer-code").value = "";
  }

  // A scanner or the camera has read something.
  function scanned(code) {
    if (state.phase === "code") {
      payWithCode(code);
    } else if (state.phase === "shop") {
      const n = config.goods.findIndex((good) => good.barcode === code.trim()) + 1;
      if (n > 0) change(n, 1);
      else toast("unknown_barcode");
    }
  }

  function payWithCode(code) {
    const trimmed = code.trim();
    if (!trimmed) return;
    closeCode();
    start(trimmed);
  }

  function start(customerCode) {
    const bought = lines();
    const tender = chosenTender();
    const message = {
      ...common("pay", tender),
      timeout_ms: config.timeout_ms,
      amount: due(),
      receipt: {
        number: (state.receipt ??= receiptNumber()),
        items: bought.map((line) => ({
          name: line.name.ru, code: line.barcode, quantity: String(line.quantity), price: line.price, sum: line.price * line.quantity,
        })),
      },
    };
    if (tender.link) message.link = tender.link;
    if (tender.system) message.tender = tender.system;
    if (tender.subscriber) message.subscriber = tender.subscriber;
    if (customerCode) message[tender.reads_card ? "card_token" : "customer_code"] = customerCode;
    const sale = { message, startedAt: Date.now(), lines: bought, withCode: Boolean(customerCode) };
    state = { ...state, phase: "paying", sale, reply: null, cancelling: false, confirming: false, refunds: [] };
    diesAt = null;
    confirmBy = null;
    run += 1;
    remember();
    show();
    drive(message, state.sale.startedAt, false, hearSale);
  }

  function hearSale(reply) {
    // A turn-away has no state: nothing was started.
    const known = reply.state || "refused";
    // Final is final on the screen too: the answer to a cancel may be overtaken by the end that it brought about.
    if (state.phase === "result" && FINAL.has(state.reply?.state) && !FINAL.has(known)) return;
    // An answer that we made up ourselves must not wipe out what the daemon said.
    state.reply = reply.message ? { ...reply, state: known } : { ...state.reply, state: known };
    if (known === "paid") state.cancelling = false;
    if (known !== "awaiting_confirmation") state.confirming = false;
    const asks = known === "awaiting_confirmation" && state.reply.reservation && !state.cancelling;
    state.phase = FINAL.has(known) || known === "unresolved" ? "result" : asks ? "confirm" : "paying";
    takeTime(reply.qr);
    if (reply.message) showElsewhere(reply);
    if (reply.reservation?.confirm_in_ms !== undefined) confirmBy = performance.now() + reply.reservation.confirm_in_ms;
    remember();
    show();
  }

  // The buyer's display and the receipt tape follow what the page hears, one reply after another.
  let elsewhere = Promise.resolve();

  function showElsewhere(reply) {
    if (!config.outputs) return;
    const body = JSON.stringify(reply);
    elsewhere = elsewhere.then(() =>
      fetch("/kiosk/outputs", {
        method: "POST",
        headers: { Authorization: `Bearer ${config.token}`, "Content-Type": "application/json" },
        body,
        signal: AbortSignal.timeout(ANSWER_MS),
      }).catch(() => {}));
  }

  async function cancel() {
    const mine = run;
    const sale = state.sale;
    state.cancelling = true;
    remember();
    renderPaying();
    const message = { ...common("cancel", sale.message), payment: sale.message.id };
    state.phase = "paying";
    show();
    while (mine === run && state.cancelling && state.phase === "paying") {
      try {
        const reply = await post(message);
        if (mine !== run) return;
        if (reply.state) {
          hearSale({ ...state.reply, ...reply });
          return;
        }
      } catch {
        offline(true);
      }
      await sleep(PAUSE_MS);
    }
  }

  // The buyer agrees to the debit. The answer to this message is one of the sale's own; if it is lost, the sale tells.
  async function confirm() {
    const mine = run;
    const sale = state.sale;
    state.confirming = true;
    remember();
    renderConfirm();
    const message = { ...common("confirm", sale.message), payment: sale.message.id };
    while (mine === run && state.confirming && state.phase === "confirm") {
      try {
        const reply = await post(message);
        if (mine !== run) return;
        if (reply.state) {
          hearSale({ ...state.reply, ...reply });
          return;
        }
        if (!PASSING.has(reply.error?.code)) {
          state.confirming = false;
          renderConfirm();
          return;
        }
      } catch {
        offline(true);
      }
      await sleep(PAUSE_MS);
    }
  }

  // What the social account did not pay is paid another way: the same goods, the rest of the sum.
  function payRest() {
    const { basket, paid, receipt, sale, reply, lang } = state;
    const other = config.tenders.findIndex((tender) => tender.module !== sale.message.module);
    run += 1;
    state = { lang, ...fresh(), basket, receipt, paid: paid + paidNow(sale, reply), tender: Math.max(0, other) };
    diesAt = null;
    remember();
    pay();
  }

  const paidNow = (sale, reply) => (reply?.state === "paid" ? reply.amount ?? sale.message.amount : 0);
  const left = () => (state.reply?.state === "paid" ? state.sale.message.amount - paidNow(state.sale, state.reply) : 0);

  function newPurchase() {
    run += 1;
    state = { lang: state.lang, ...fresh(), tender: state.tender };
    diesAt = null;
    confirmBy = null;
    shownPayload = null;
    closeCode();
    offline(false);
    remember();
    tell({ type: "idle" });
    show();
  }

  // The same goods, a new payment: only after an end that moved no money.
  function again() {
    const { basket, paid, receipt } = state;
    newPurchase();
    state = { ...state, basket, paid, receipt };
    remember();
    show();
  }

  // ---- returning ----

  function returned() {
    const taken = {};
    for (const refund of state.refunds) {
      if (refund.failed) continue;
      for (const [n, quantity] of Object.entries(refund.lines)) taken[n] = (taken[n] || 0) + quantity;
    }
    return taken;
  }

  const returnable = () => {
    const taken = returned();
    return state.sale.lines.map((line) => ({ ...line, quantity: line.quantity - (taken[line.n] || 0) })).filter((line) => line.quantity > 0);
  };
  const refundPending = () => state.refunds.some((refund) => !refund.failed && !refund.done);

  function openRefund(chosen) {
    refundChoice = Object.fromEntries(returnable().map((line) => [line.n, chosen ? line.quantity : 0]));
    state.phase = "refund";
    remember();
    show();
  }

  function confirmRefund() {
    const list = returnable().map((line) => ({ ...line, quantity: refundChoice[line.n] || 0 })).filter((line) => line.quantity > 0);
    if (!list.length || refundPending()) return;
    const message = {
      ...common("refund", state.sale.message),
      timeout_ms: config.timeout_ms,
      payment: state.sale.message.id,
      amount: sumOf(list),
    };
    const refund = {
      message, startedAt: Date.now(), lines: Object.fromEntries(list.map((line) => [line.n, line.quantity])), reply: null, done: false, failed: false,
    };
    state.refunds.push(refund);
    state.phase = "result";
    remember();
    show();
    drive(message, refund.startedAt, false, (reply) => hearRefund(refund, reply));
  }

  function hearRefund(refund, reply) {
    refund.reply = reply.message ? reply : { ...refund.reply, state: reply.state };
    refund.done = reply.state === "refunded";
    refund.failed = ended(reply) && !refund.done;
    remember();
    show();
  }

  // ---- the screens ----

  let shownPhase = null;

  function show() {
    for (const screen of all("[data-screen]")) screen.hidden = screen.dataset.screen !== state.phase;
    renderWords();
    renderShop();
    if (state.sale) {
      renderPaying();
      renderConfirm();
      renderResult();
      renderRefund();
    }
    announce();
    if (shownPhase !== state.phase) {
      const moved = shownPhase !== null;
      shownPhase = state.phase;
      if (moved) document.querySelector(`[data-screen="${state.phase}"] h1`)?.focus({ preventScroll: true });
    }
  }

  // Each moment is told once: by a sound, a voice, an animation.
  let announced = null;

  function announce() {
    const known = state.reply?.state;
    const waiting = state.phase === "paying" && known === "awaiting_payment" && !state.cancelling;
    const moment = state.phase === "result" ? known : state.phase === "confirm" ? "confirm" : waiting ? "waiting" : state.phase;
    const first = announced === null;
    if (announced === moment) return;
    announced = moment;
    $("toast").hidden = true;
    // A page that was just loaded shows what is long known.
    if (first) return;
    if (moment === "paid") effects.tell("good", say("say_paid"));
    else if (moment === "unresolved") effects.tell("bad", say("say_unresolved"));
    else if (["declined", "refused", "expired"].includes(moment)) effects.tell("bad", say("say_failed"));
    else if (moment === "confirm") effects.tell("plain", say("say_confirm"));
    else if (moment === "waiting") effects.tell("plain", say(state.reply.qr?.payload ? "say_scan" : "say_sticker"));
  }

  let toastTimer = 0;

  function toast(key) {
    $("toast").textContent = say(key);
    $("toast").hidden = false;
    effects.tell("bad", say(key));
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { $("toast").hidden = true; }, 5000);
  }

  function renderWords() {
    document.documentElement.lang = state.lang;
    document.title = say("title");
    for (const e of all("[data-t]")) e.textContent = say(e.dataset.t);
    for (const e of all("[data-t-label]")) e.setAttribute("aria-label", say(e.dataset.tLabel));
    for (const e of all("[data-t-alt]")) e.alt = say(e.dataset.tAlt);
    for (const e of all("[data-ru]")) e.textContent = e.dataset[state.lang];
    for (const e of all("[data-kopecks]")) e.textContent = money(Number(e.dataset.kopecks));
    for (const e of all("[data-lang]")) e.setAttribute("aria-pressed", String(e.dataset.lang === state.lang));
  }

  function stepper(line, quantity, least, most, onStep) {
    const button = (sign, by, key, disabled) =>
      element("button", {
        type: "button", disabled, "aria-label": `${say(key)}: ${pick(line.name)}`, "data-step": `${line.n}${sign}`,
        onclick: () => {
          onStep(line.n, by);
          document.querySelector(`[data-screen="${state.phase}"] [data-step="${line.n}${sign}"]`)?.focus();
        },
      }, sign);
    return element("div", { class: "stepper" },
      button("−", -1, "less", quantity <= least),
      element("span", { class: "qty" }, String(quantity)),
      button("+", 1, "more", quantity >= most));
  }

  function renderShop() {
    const bought = lines();
    $("empty").hidden = bought.length > 0;
    $("basket").hidden = bought.length === 0;
    $("basket").replaceChildren(...bought.map((line) =>
      element("li", {},
        element("span", { class: "line-name" }, pick(line.name)),
        stepper(line, line.quantity, 0, QUANTITY_MAX, change),
        element("span", { class: "line-sum" }, money(line.price * line.quantity)))));
    $("total").textContent = money(sumOf(bought) - state.paid);
    $("pay").disabled = bought.length === 0;
    for (const card of all("[data-good]")) {
      const quantity = state.basket[card.dataset.good] || 0;
      card.classList.toggle("chosen", quantity > 0);
      const count = card.querySelector(".count");
      count.hidden = quantity === 0;
      count.textContent = String(quantity);
    }
    for (const radio of all("[name=tender]")) radio.checked = Number(radio.value) === state.tender;
  }

  function renderPaying() {
    const waiting = state.reply?.state === "awaiting_payment";
    const payload = waiting ? state.reply.qr?.payload : undefined;
    $("due").textContent = money(state.sale.message.amount);
    // A buyer without a subscription gets a QR after all.
    const charging = state.sale.withCode || (Boolean(state.sale.message.subscriber) && !payload);
    const reserving = chosenTender().reads_card && !state.reply?.reservation;
    const shown = !waiting ? "getting_qr" : payload ? "scan" : "scan_sticker";
    const title = reserving ? "reserving" : charging ? (waiting ? "charging_phone" : "charging") : shown;
    $("paying-title").textContent = say(state.cancelling ? "cancelling" : title);
    $("steps").hidden = !payload || state.cancelling;
    $("sticker").hidden = !waiting || Boolean(payload) || state.cancelling || charging;
    $("cancel").disabled = state.cancelling;
    $("frame").classList.toggle("fading", state.cancelling);
    const image = $("qr");
    image.hidden = !payload;
    if (payload && image.dataset.payload !== payload) {
      image.dataset.payload = payload;
      image.src = `/kiosk/qr.svg?text=${encodeURIComponent(payload)}`;
    }
    if (payload && shownPayload !== payload && state.phase === "paying") {
      shownPayload = payload;
      tell({ type: "qr", payload });
    }
    tick();
  }

  function renderConfirm() {
    const reservation = state.reply?.reservation;
    if (state.phase !== "confirm" || !reservation) return;
    const asked = state.sale.message.amount;
    const debit = Math.min(asked, reservation.available);
    $("confirm-lines").replaceChildren(...reservation.positions.map((position) => {
      const line = state.sale.lines[position.number - 1];
      return element("li", {},
        element("span", { class: "line-name" }, line ? pick(line.name) : `№ ${position.number}`),
        element("span", { class: "line-sum" }, money(position.sum)));
    }));
    $("available").textContent = money(reservation.available);
    $("to-debit").textContent = money(debit);
    $("confirm-rest").hidden = debit >= asked;
    $("confirm-rest-sum").textContent = money(asked - debit);
    $("confirm-do").disabled = state.confirming || debit <= 0;
    $("confirm-do").textContent = state.confirming ? say("confirming") : `${say("confirm_do")} ${money(debit)}`;
    $("confirm-cancel").disabled = state.confirming;
    tick();
  }

  const clockText = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

  function takeTime(qr) {
    if (!qr) return;
    const remaining = Number(qr.expires_in_ms) || 0;
    const at = performance.now() + remaining;
    // A repeated reply must not make the ring jump.
    if (diesAt === null || Math.abs(at - diesAt) > 2500) {
      diesAt = at;
      lifeMs = Math.max(remaining, state.sale.lifeMs || 0);
      state.sale.lifeMs = lifeMs;
    }
  }

  function tick() {
    const asks = state.phase === "confirm" && confirmBy !== null && !state.confirming;
    $("confirm-clock").hidden = !asks;
    if (asks) $("confirm-left").textContent = clockText(Math.ceil(Math.max(0, confirmBy - performance.now()) / 1000));
    const visible = state.phase === "paying" && diesAt !== null && state.reply?.state === "awaiting_payment" && !state.cancelling;
    $("clock").hidden = !visible;
    if (!visible) return;
    const left = Math.max(0, diesAt - performance.now());
    const seconds = Math.ceil(left / 1000);
    $("countdown").textContent = clockText(seconds);
    $("arc").style.strokeDashoffset = String(100 - (100 * left) / Math.max(lifeMs, 1));
    $("clock").classList.toggle("late", seconds <= 30);
  }

  function renderResult() {
    const known = state.reply?.state;
    const section = document.querySelector("[data-screen=result]");
    section.dataset.state = state.phase === "result" ? known : "";
    if (state.phase !== "result") return;
    tell({ type: "ended", state: known });
    $("verdict").textContent = say(known);
    $("verdict-text").textContent = say(`${known}_text`);
    let why = known === "refused" || known === "declined" ? pick(state.reply.error?.text) : "";
    if (known === "unresolved") why = `${say("request")}: ${state.sale.message.id}`;
    $("why").textContent = why;
    $("why").hidden = !why;

    const paid = known === "paid";
    const busy = refundPending();
    const rest = left();
    $("rest").hidden = rest <= 0;
    // Thanks are said when all is paid.
    $("verdict-text").hidden = rest > 0;
    $("rest-sum").textContent = money(rest);
    $("pay-rest").hidden = rest <= 0 || config.tenders.length < 2;
    // Goods that were paid in two ways are returned by the staff.
    const goods = paid && rest === 0 && state.paid === 0 ? returnable() : [];
    $("again").hidden = !(["declined", "expired", "cancelled", "refused"].includes(known) && state.reply.error?.repeatable !== false);
    $("new").hidden = busy;
    $("new").className = $("again").hidden && $("pay-rest").hidden && known !== "unresolved" ? "primary" : "quiet";
    $("new").textContent = say(known === "unresolved" ? "staff_close" : "new_purchase");
    $("to-refund").hidden = !paid || busy || goods.length === 0;

    $("slip").hidden = !paid;
    if (paid) renderSlip();
    renderRefundNews(busy);
  }

  function renderSlip() {
    const { lines: bought, message } = state.sale;
    // From a social account a part of the lines is paid, and a line perhaps in part.
    const positions = state.reply.reservation?.positions;
    const paidLines = positions
      ? positions.map((position) => ({ ...bought[position.number - 1], sum: position.sum }))
      : bought.map((line) => ({ ...line, sum: line.price * line.quantity }));
    $("slip-lines").replaceChildren(...paidLines.map((line) =>
      element("li", {},
        element("span", { class: "line-name" }, pick(line.name), line.quantity > 1 ? ` × ${line.quantity}` : ""),
        element("span", { class: "line-sum" }, money(line.sum)))));
    $("slip-total").textContent = money(paidNow(state.sale, state.reply) || message.amount);
    $("slip-text").textContent = (state.reply.slip || []).join("\n");
    $("requisites").hidden = !state.reply.qrRequisites;
    $("requisites").querySelector("code").textContent = (state.reply.qrRequisites || "").replaceAll(",", ", ");
  }

  function renderRefundNews(busy) {
    const done = state.refunds.filter((refund) => refund.done);
    const sum = done.reduce((total, refund) => total + refund.message.amount, 0);
    $("refund-done").hidden = done.length === 0;
    $("refunded-sum").textContent = money(sum);
    $("refund-done").dataset.amount = rubles(sum);
    const last = state.refunds.at(-1);
    let trouble = "";
    if (busy) trouble = say(last.reply?.state === "unresolved" ? "refund_unknown" : "refunding");
    else if (last?.failed) trouble = `${say("refund_failed")}. ${pick(last.reply?.error?.text)}`;
    $("refund-trouble").textContent = trouble;
    $("refund-trouble").hidden = !trouble;
  }

  function renderRefund() {
    if (state.phase !== "refund") return;
    const goods = returnable();
    $("refund-lines").replaceChildren(...goods.map((line) => {
      const chosen = refundChoice[line.n] || 0;
      return element("li", { "data-testid": `refund-line-${line.n}` },
        element("span", { class: "line-name" }, pick(line.name)),
        stepper(line, chosen, 0, line.quantity, (n, by) => {
          refundChoice[n] = chosen + by;
          renderRefund();
        }),
        element("span", { class: "line-sum" }, money(line.price * chosen)));
    }));
    const sum = goods.reduce((total, line) => total + line.price * (refundChoice[line.n] || 0), 0);
    $("refund-confirm").textContent = `${say("refund_do")} ${money(sum)}`;
    $("refund-confirm").disabled = sum === 0;
  }

  // The demonstration shows the buyer's phone beside this page.
  function tell(news) {
    if (window.parent !== window) window.parent.postMessage(news, location.origin);
  }

  // ---- hands on ----

  for (const card of all("[data-good]")) card.addEventListener("click", () => change(card.dataset.good, 1));
  for (const radio of all("[name=tender]")) {
    radio.addEventListener("change", () => {
      state.tender = Number(radio.value);
      remember();
    });
  }
  for (const button of all("[data-lang]")) {
    button.addEventListener("click", () => {
      state.lang = button.dataset.lang;
      remember();
      show();
    });
  }
  $("pay").addEventListener("click", pay);
  $("cancel").addEventListener("click", cancel);
  $("confirm-do").addEventListener("click", confirm);
  $("confirm-cancel").addEventListener("click", cancel);
  $("pay-rest").addEventListener("click", payRest);
  $("code-back").addEventListener("click", () => {
    closeCode();
    state.phase = "shop";
    remember();
    show();
  });
  $("code-pay").addEventListener("click", () => payWithCode($("customer-code").value));
  $("customer-code").addEventListener("input", () => {
    $("code-pay").disabled = $("customer-code").value.trim() === "";
  });
  $("customer-code").addEventListener("keydown", (event) => {
    if (event.key === "Enter") payWithCode($("customer-code").value);
  });
  $("new").addEventListener("click", newPurchase);
  $("again").addEventListener("click", again);
  $("to-refund").addEventListener("click", () => openRefund(true));
  $("refund-all").addEventListener("click", () => openRefund(true));
  $("refund-none").addEventListener("click", () => openRefund(false));
  $("refund-confirm").addEventListener("click", confirmRefund);
  $("refund-back").addEventListener("click", () => {
    state.phase = "result";
    remember();
    show();
  });
  setInterval(tick, 1000);

  // A reload in the middle: the payment is looked for under its own id, and so is a refund.
  if (state.phase === "refund") state.phase = "result";
  if (state.phase === "code") state.phase = "shop";
  state.confirming = false;
  if (state.sale && !FINAL.has(state.reply?.state)) {
    drive(state.sale.message, state.sale.startedAt, true, hearSale);
    if (state.cancelling) cancel();
  }
  for (const refund of state.refunds) {
    if (!refund.done && !refund.failed) drive(refund.message, refund.startedAt, true, (reply) => hearRefund(refund, reply));
  }
  show();
})();
