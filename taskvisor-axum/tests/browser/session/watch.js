// Runs before every script of the page, and records what the tests must not see, or must measure.
(() => {
  if (window.watched) return;
  const watched = { violations: [], errors: [], dialogs: [], lag: 0 };
  Object.defineProperty(window, "watched", { value: watched });
  addEventListener("securitypolicyviolation", (event) => {
    watched.violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
  }, true);
  addEventListener("error", (event) => watched.errors.push(String(event.message || event.target)), true);
  addEventListener("unhandledrejection", (event) => watched.errors.push(String(event.reason)), true);
  for (const kind of ["alert", "confirm", "prompt", "open", "print"]) {
    window[kind] = (text) => { watched.dialogs.push(`${kind}: ${text}`); };
  }
  // By how much the machine delays a timer of 20 ms: what a measurement cannot blame on the page.
  let expected = performance.now() + 20;
  const tick = () => {
    watched.lag = Math.max(watched.lag, performance.now() - expected);
    expected = performance.now() + 20;
    setTimeout(tick, 20);
  };
  setTimeout(tick, 20);
})();
