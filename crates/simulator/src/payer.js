// Reloads the page when the state of the QR changes: it was paid elsewhere, cancelled, or its time ran out.
const page = document.querySelector("main");
const { link, state, attempt } = page.dataset;
const address = location.pathname + "?json=1&link=" + encodeURIComponent(link);
setInterval(async () => {
  if (document.activeElement && document.activeElement.tagName === "INPUT") return;
  try {
    const seen = await (await fetch(address)).json();
    if (seen.state !== state || String(seen.transactionId ?? "") !== attempt) location.reload();
  } catch { /* the bank is away for a moment; ask again */ }
}, 2000);
