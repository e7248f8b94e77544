// Files of the site that are loaded only when they are needed. They are scripts, because a page opened from disk can load scripts but fetch nothing.

const here = document.currentScript.src;

/** Loads a script that lies beside this one. It calls `window[callback]` with what it carries. */
function carried(name, callback) {
  return new Promise((resolve, reject) => {
    window[callback] = (...values) => resolve(values);
    const script = document.createElement("script");
    script.src = new URL(name, here).href;
    script.onerror = () => reject(new Error(say("{name} cannot be loaded. It is part of this site's folder: was the folder copied completely?", { name })));
    document.head.append(script);
  });
}
