// What the page remembers of its reader from one visit to the next. A browser may refuse storage to a page from disk or in a frame: then nothing is
// remembered, and nothing fails.

function remembered(what) {
  try {
    return localStorage.getItem(`gradus ${what}`);
  } catch {
    return null;
  }
}

function remember(what, value) {
  try {
    localStorage.setItem(`gradus ${what}`, value);
  } catch {
    // It holds for this visit.
  }
}
