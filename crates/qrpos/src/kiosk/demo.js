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
    const shown = event.data?.type === "qr" && typeof event.data.payload === "string";
    if (!shown && event.data?.type !== "idle") return;
    const url = new URL(payer, location.href);
    if (shown) url.searchParams.set("link", event.data.payload);
    phone.src = url.href;
    link.href = url.href;
    hint.textContent = shown ? hint.dataset.shown : hint.dataset.idle;
    hint.classList.toggle("shown", shown);
  });
})();
