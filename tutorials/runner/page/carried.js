// What lies beside the pages of the site and is loaded when it is needed. A script can be loaded from disk where a page can fetch nothing.

const here = document.currentScript.src;

/** Loads a script that lies beside this one. It calls `window[callback]` with what it carries. */
function carried(name, callback) {
  return new Promise((resolve, reject) => {
    window[callback] = (...values) => resolve(values);
    const script = document.createElement("script");
    script.src = new URL(name, here).href;
    script.onerror = () => reject(new Error(`${name}, which lies beside these pages, cannot be loaded`));
    document.head.append(script);
  });
}
