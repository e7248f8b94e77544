// Starts the live figure around this script when the reader scrolls near it.

const FIGURES = { surface: Surface, film: Film, v_curve: VCurve, maps: Maps };

async function begin(section) {
  const asleep = section.querySelector(".asleep");
  const room = element("div", { className: "room" });
  asleep.textContent = say("Loading the figure.");
  try {
    section.append(room);
    await FIGURES[section.dataset.live].open(room);
    asleep.remove();
  } catch (error) {
    asleep.textContent = say("The figure cannot be shown: {reason}", { reason: error.message });
  }
}

const section = document.currentScript.parentElement;
new IntersectionObserver((entries, observer) => {
  if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
  observer.disconnect();
  begin(section);
}, { rootMargin: "600px" }).observe(section);
