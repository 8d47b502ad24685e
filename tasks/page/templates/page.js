"use strict";
// Comfort only: the page says everything without this.
(() => {
  const facts = [...document.querySelectorAll("details.fact")];
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
      if (at.hidden) at.hidden = false;
      if (at.dataset.outcome && !at.offsetParent) document.getElementById("f-all").checked = true;
    }
    if (target.tabIndex === -1) target.focus({ preventScroll: true });
    target.scrollIntoView({ block: target.closest("details.fact") ? "center" : "start" });
  };
  const branches = [...document.querySelectorAll("details.class")];
  const opened = branches.map((one) => one.open);
  document.querySelector(".filter").addEventListener("change", (event) => {
    const outcome = event.target.id.slice(2);
    branches.forEach((one, at) => {
      one.open = outcome === "all" ? opened[at] : Boolean(one.querySelector(`[data-outcome=${outcome}]`));
    });
  });
  // A print shows everything but the origin of each single value, which the reader opens.
  const folded = [...document.querySelectorAll("details:not(.fact)")];
  let before = [];
  window.addEventListener("beforeprint", () => {
    before = folded.map((one) => one.open);
    for (const one of folded) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    folded.forEach((one, at) => { one.open = before[at]; });
  });
  const find = document.getElementById("find");
  const found = document.getElementById("found");
  const search = () => {
    const wanted = find.value.trim().toLowerCase();
    let shown = 0;
    for (const fact of facts) {
      fact.hidden = wanted !== "" && !fact.textContent.toLowerCase().includes(wanted);
      if (!fact.hidden) shown += 1;
    }
    for (const group of document.querySelectorAll(".group")) {
      group.hidden = !group.querySelector("details.fact:not([hidden])");
    }
    found.textContent = wanted === "" ? "" : `${shown} of ${facts.length}`;
  };
  document.getElementById("tools").hidden = false;
  find.addEventListener("input", search);
  document.getElementById("open").addEventListener("click", () => {
    for (const fact of facts) if (!fact.hidden) fact.open = true;
  });
  document.getElementById("close").addEventListener("click", () => {
    for (const fact of facts) fact.open = false;
  });
  // A capture opens at its place where the browser knows text directives. Over HTTP it is saved,
  // but on this machine's own address, where `batchproof show` hands it over as text.
  const plain = (text) => encodeURIComponent(text.trim().slice(0, 60)).replaceAll("-", "%2D");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='captures/']");
    if (!link) return;
    if (location.protocol !== "file:") link.removeAttribute("download");
    const mark = link.closest("figure") && link.closest("figure").querySelector("mark");
    if (!mark || link.getAttribute("href").includes("#")) return;
    // Whole words alone are found: what the quote cut through at its ends is left out.
    const before = (mark.previousSibling ? mark.previousSibling.data : "").split("\n").pop();
    const after = (mark.nextSibling ? mark.nextSibling.data : "").split("\n")[0];
    const words = [before.slice(-40).replace(/^[^\s<>]*/, "").trim(), after.slice(0, 40).replace(/[^\s<>]*$/, "").trim()];
    const start = words[0] ? `${plain(words[0])}-,` : "";
    const end = words[1] ? `,-${plain(words[1])}` : "";
    link.href += `#:~:text=${start}${plain(mark.textContent)}${end}`;
  });
  window.addEventListener("hashchange", reveal);
  reveal();
})();
