// The console's one script. Every page works without it: it only shows what happens while it happens.
"use strict";

// Puts a fragment in the place of the element with its id, or, where there is none, at the end of the one it names.
function put(html) {
  const made = document.createElement("template");
  made.innerHTML = html;
  const fresh = made.content.firstElementChild;
  if (!fresh || !fresh.id) return;
  const old = document.getElementById(fresh.id);
  if (!old) {
    const into = document.getElementById(fresh.dataset.into || "");
    if (into) into.append(fresh);
    return;
  }
  // What says the same stays: a screen reader would say it again.
  if (old.isEqualNode(fresh)) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...old.querySelectorAll("details[id][open]")].map((details) => details.id);
  old.replaceWith(fresh);
  for (const id of open) {
    const details = document.getElementById(id);
    if (details) details.open = true;
  }
  const again = focused && document.getElementById(focused);
  if (again) again.focus({ preventScroll: true });
}

for (const live of document.querySelectorAll("[data-events]")) {
  const source = new EventSource(live.dataset.events);
  source.addEventListener("part", (event) => put(event.data));
  source.addEventListener("end", () => {
    source.close();
    location.reload();
  });
}

// A menu closes as menus do: by Escape, and by a click elsewhere.
function close(menu) {
  const hadFocus = menu.contains(document.activeElement);
  menu.open = false;
  if (hadFocus) menu.querySelector("summary").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach(close);
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
