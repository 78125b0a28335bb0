// Runs before the first paint, so that a dark page never flashes white. Kept apart from the bundle: no inline script is allowed.
(function () {
  var root = document.documentElement;
  var theme = null;
  var language = null;
  try {
    theme = localStorage.getItem('labwatch.theme');
    language = localStorage.getItem('labwatch.language');
  } catch {
    // Storage may be forbidden: the defaults stand.
  }
  var dark = theme === 'dark' || (theme !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  if (language === 'en' || language === 'vi') root.lang = language;
})();
