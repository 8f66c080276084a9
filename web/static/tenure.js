// A little comfort on top of pages that work without any of this. Nothing here decides anything.
"use strict";

(() => {
  /** A choice that takes effect at once: `<select data-submits>`; its button is for who has no script. */
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
    shownAsChosen(event.target.form);
    countPicked(event.target.closest(".menu"));
  });

  /** How many choices of a menu are ticked. */
  function countPicked(menu) {
    const picked = menu && menu.querySelector(".picked");
    if (!picked) return;
    picked.textContent = menu.querySelectorAll(":checked").length;
    picked.hidden = picked.textContent === "0";
  }

  /** A menu closes when something else is looked at, and by Escape. */
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest(".menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  /** A second press of the button that was pressed sends nothing twice. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button[type=submit]")) button.setAttribute("aria-disabled", "true");
  });

  /** Back from the page that answered: the form may be sent again. */
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });

  /** `data-shown-when="name=value value"`: a part of a form that belongs to an answer. Without script it is always there. */
  function shownAsChosen(form) {
    for (const part of form ? form.querySelectorAll("[data-shown-when]") : []) {
      const [name, values] = part.dataset.shownWhen.split("=");
      const chosen = new FormData(form).getAll(name);
      part.hidden = !values.split(" ").some((value) => chosen.includes(value));
    }
  }

  /** `data-copies="id"`: a button that is of use with a script only, and hidden without. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copies]");
    if (button) navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent.trim());
    if (event.target.closest("[data-prints]")) window.print();
  });

  function ready() {
    for (const button of document.querySelectorAll("[data-copies][hidden], [data-prints][hidden]")) button.hidden = false;
    for (const submit of document.querySelectorAll("[data-without-script]")) submit.hidden = true;
    for (const form of document.forms) shownAsChosen(form);
    for (const here of document.querySelectorAll(".places [aria-current], .tabs [aria-current]")) {
      const bar = here.parentElement;
      bar.scrollLeft = here.offsetLeft - bar.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;
    }
    document.querySelector(".notice.bad[tabindex]")?.focus();
  }

  document.addEventListener("DOMContentLoaded", ready);
  document.addEventListener("htmx:load", ready);
})();
