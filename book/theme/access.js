// What mdBook leaves out for readers with a keyboard or a screen reader.
{
  // The label that opens the list of chapters is a button.
  const toggle = document.getElementById("mdbook-sidebar-toggle");
  toggle.setAttribute("role", "button");
  toggle.tabIndex = 0;
  toggle.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    toggle.click();
  });

  // What is scrolled sideways can have the focus, so that arrow keys reach it.
  const reach = () => {
    for (const part of document.querySelectorAll("main pre, main pre > code, main math[display=block], main .table-wrapper")) {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    }
  };
  addEventListener("load", reach);
  addEventListener("resize", reach);
}
