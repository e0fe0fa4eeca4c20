// Fetches what the device shows whenever it has changed.
"use strict";
(() => {
  const { base } = document.body.dataset;
  const now = document.getElementById("now");
  const refresh = async () => {
    const response = await fetch(`${base}/now?lang=${document.documentElement.lang}`);
    if (response.ok) now.innerHTML = await response.text();
  };
  const source = new EventSource(`${base}/events`);
  source.onmessage = refresh;
  // What came while the connection was broken.
  source.onopen = refresh;
})();
