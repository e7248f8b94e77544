// Which language the page is in: the one its address asks for (`?lang=zh-CN`), else the one it was made for, else that of the browser. A page is in one language from
// its start, so the switch opens it anew; step and selection stay, since they are in the address.

const LANGUAGES = { en: "English", "zh-CN": "中文" };

const inAddress = new URLSearchParams(location.search).get("lang");
const language = /^zh\b/i.test(inAddress ?? (document.documentElement.dataset.language || navigator.language)) ? "zh-CN" : "en";

if (language !== "en") {
  document.documentElement.lang = language;
  takeTranslations(document.getElementById("translations").textContent);
  translateMarkup(document.documentElement);
}

/** Makes a button the way to the other language. In a frame that another page fills there is no address to ask for one. */
function offerLanguage(button) {
  const [other, name] = Object.entries(LANGUAGES).find(([code]) => code !== language);
  button.hidden = location.protocol === "about:";
  Object.assign(button, { textContent: name, lang: other });
  button.addEventListener("click", () => (location.search = `?lang=${other}`));
  if (!inAddress) return;
  for (const link of document.querySelectorAll('a[href$=".html"]')) link.search = location.search;
}
