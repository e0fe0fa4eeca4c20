// Brings the QR that the register shows to the buyer's phone.
"use strict";
(() => {
  const payer = document.body.dataset.payer;
  const kiosk = document.getElementById("kiosk");
  const phone = document.getElementById("phone");
  const hint = document.getElementById("hint");
  const link = document.getElementById("open-phone");

  window.addEventListener("message", (event) => {
    if (event.origin !== location.origin || event.source !== kiosk.contentWindow) return;
    if (event.data?.type === "ended") {
      hint.textContent = event.data.state === "paid" ? hint.dataset.paid : hint.dataset.ended;
      hint.classList.toggle("shown", event.data.state === "paid");
      return;
    }
    const shown = event.data?.type === "qr" && typeof event.data.payload === "string";
    if (!shown && event.data?.type !== "idle") return;
    const url = new URL(payer, location.href);
    url.searchParams.set("lang", document.documentElement.lang);
    if (shown) url.searchParams.set("link", event.data.payload);
    phone.src = url.href;
    link.href = url.href;
    hint.textContent = shown ? hint.dataset.shown : hint.dataset.idle;
    hint.classList.toggle("shown", shown);
  });
})();
