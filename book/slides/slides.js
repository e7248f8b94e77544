// Shows one slide, or all; the page's address says which, so that it can be linked to and a reload stays.
(() => {
    "use strict";
    const slides = [...document.querySelectorAll("main > section")];
    const find = (id) => document.getElementById(id);
    const [speaker, keys, place] = ["speaker", "keys", "place"].map(find);
    const { classList } = document.body;
    let at = 0;

    function show(number) {
        at = Math.min(Math.max(number, 0), slides.length - 1);
        slides.forEach((slide, other) => slide.classList.toggle("current", other === at));
        place.textContent = `${at + 1} / ${slides.length}`;
        find("previous").disabled = at === 0;
        find("next").disabled = at === slides.length - 1;
        history.replaceState(null, "", `#${at + 1}`);
        tell();
        // A screen reader reads the slide that has the focus.
        slides[at].focus({ preventScroll: classList.contains("one") });
        if (classList.contains("one")) scrollTo(0, 0);
    }

    /** The speaker's text of this slide, if it is open. */
    function tell() {
        const notes = find(slides[at].dataset.notes);
        speaker.innerHTML = notes?.innerHTML ?? "";
        speaker.scrollTop = 0;
    }

    function showAll(all) {
        classList.toggle("all", all);
        classList.toggle("one", !all);
        show(at);
    }

    const help = () => (keys.open ? keys.close() : keys.showModal());
    const does = {
        ArrowRight: () => show(at + 1),
        ArrowDown: () => show(at + 1),
        PageDown: () => show(at + 1),
        " ": () => show(at + 1),
        ArrowLeft: () => show(at - 1),
        ArrowUp: () => show(at - 1),
        PageUp: () => show(at - 1),
        Home: () => show(0),
        End: () => show(slides.length - 1),
        n: () => (speaker.hidden = !speaker.hidden),
        o: () => showAll(!classList.contains("all")),
        p: () => print(),
        "?": help,
    };
    addEventListener("keydown", (event) => {
        const { key, target } = event;
        const isWithout = event.ctrlKey || event.metaKey || event.altKey;
        // A button has its own space, the speaker's text and the list of keys their own arrows.
        const isOwn = target.closest?.("button") ? key === " " : target.closest?.("#speaker, dialog") && !["n", "?"].includes(key);
        const act = does[key];
        if (isWithout || isOwn || !act) return;
        event.preventDefault();
        (event.shiftKey && key === " " ? does.ArrowLeft : act)();
    });
    find("previous").addEventListener("click", () => show(at - 1));
    find("next").addEventListener("click", () => show(at + 1));
    find("help").addEventListener("click", help);
    slides.forEach((slide, number) =>
        slide.addEventListener("click", () => {
            if (!classList.contains("all")) return;
            at = number;
            showAll(false);
        }),
    );
    let start = null;
    addEventListener("touchstart", ({ touches }) => (start = touches.length === 1 ? touches[0] : null), { passive: true });
    addEventListener("touchend", ({ changedTouches: [end], target }) => {
        if (!start || target.closest("#speaker, dialog")) return;
        const [right, down] = [end.clientX - start.clientX, end.clientY - start.clientY];
        if (Math.abs(right) > 50 && Math.abs(right) > 2 * Math.abs(down)) show(at + (right < 0 ? 1 : -1));
    });
    addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1 || 0));
    at = Number(location.hash.slice(1)) - 1 || 0;
    showAll(false);
})();
