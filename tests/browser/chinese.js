// What a page in Chinese still says in English. The one idea to know: every text that a reader sees or hears is looked at, and each of its words must be Chinese, or
// one that is the same in any language.

/** Words that are no English on a page in Chinese: names of methods and formats, keys, and units. */
export const ANY_LANGUAGE = [
  ..."gradus Rust JavaScript WebAssembly MNIST XOR xor UTF JSON NaN inf MB PageOptions live".split(" "),
  ..."vjp tanh ReLU sigmoid softmax SGD Adam RMSProp sin".split(" "),
  ..."Enter Shift Ctrl Esc Home End".split(" "),
  // The button that leads back.
  "English",
];

/** The English words that are seen, or read out, in a page or in a part of it, each with the text that holds it; `names` are words of the program that the page shows. */
export const englishIn = (root, names = []) =>
  root.evaluate(
    (root, known) => {
      const allowed = new Set(known);
      const found = new Map();
      const look = (text, where) => {
        for (const [word] of text.matchAll(/[A-Za-z][A-Za-z_'’]+/g)) if (!allowed.has(word)) found.set(word, `${where}: ${text.trim().slice(0, 120)}`);
      };
      const isSeen = (element) => element.checkVisibility({ visibilityProperty: true });
      // Code, formulas and the program's own text.
      const isCode = (element) => element.closest("code, pre, math, .formula, .worked, .code, script, style, [translate=no]") !== null;
      const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const element = text.parentElement;
        if (!isCode(element) && (isSeen(element) || element.closest("option"))) look(text.data, element.tagName.toLowerCase());
      }
      for (const element of root.querySelectorAll("[title], [aria-label], [placeholder], [aria-valuetext], [alt]")) {
        if (isCode(element) || !isSeen(element)) continue;
        for (const name of ["title", "aria-label", "placeholder", "aria-valuetext", "alt"]) look(element.getAttribute(name) ?? "", name);
      }
      return [...found].map(([word, text]) => `${word} in ${text}`);
    },
    [...ANY_LANGUAGE, ...names],
  );
