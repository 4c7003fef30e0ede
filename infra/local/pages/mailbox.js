"use strict";

const BETWEEN_LOOKS = 1500;
const $ = (id) => document.getElementById(id);

let letters = [];
let drawn = null; // what the list shows, as text, so that it is drawn again only when something has changed
let open = null; // the key of the letter that is shown
let pane = "html";

// A number alone would come back after the mailbox was emptied and the server started anew.
const key = (letter) => `${letter.number}-${letter.at}`;
const read = new Set(JSON.parse(localStorage.getItem("latchkey:read") || "[]"));

async function look() {
  try {
    const answer = await fetch("/letters");
    letters = await answer.json();
    $("away").hidden = true;
    draw();
  } catch {
    $("away").hidden = false;
  }
}

function draw() {
  const wanted = letters.find((letter) => key(letter) === location.hash.slice(1));
  const narrow = matchMedia("(max-width: 720px)").matches;
  const shown = wanted || (narrow ? null : letters[0]) || null;
  const state = JSON.stringify([letters.map(key), shown && key(shown), Boolean(wanted), new Date().getMinutes()]);
  if (state === drawn) return;
  drawn = state;

  $("nothing").hidden = letters.length > 0;
  $("list").hidden = $("clear").hidden = letters.length === 0;
  $("mailbox").classList.toggle("reading", Boolean(wanted));
  if (shown) markRead(shown);
  const focused = document.activeElement?.closest("#list a")?.getAttribute("href");
  $("list").replaceChildren(...letters.map((letter) => entry(letter, letter === shown)));
  if (focused) $("list").querySelector(`[href="${focused}"]`)?.focus({ preventScroll: true });
  const unread = letters.filter((letter) => !read.has(key(letter))).length;
  document.title = `${unread ? `(${unread}) ` : ""}Mailbox · Latchkey`;
  show(shown);
}

function entry(letter, current) {
  const link = document.createElement("a");
  link.href = `#${key(letter)}`;
  link.classList.toggle("new", !read.has(key(letter)));
  if (current) link.setAttribute("aria-current", "true");
  const first = part("div", "first");
  first.append(part("span", "to", letter.to.join(", ")), clock(letter));
  const subject = part("div", "subject", letter.subject || "(no subject)");
  subject.dir = "auto";
  link.append(first, subject);
  const item = document.createElement("li");
  item.append(link);
  return item;
}

function part(element, name, text = "") {
  const made = document.createElement(element);
  made.className = name;
  made.textContent = text;
  return made;
}

function clock(letter) {
  const at = new Date(letter.at);
  const today = at.toDateString() === new Date().toDateString();
  const made = part("time", "", today
    ? at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
    : at.toLocaleDateString([], { day: "numeric", month: "short" }));
  made.dateTime = at.toISOString();
  made.title = at.toLocaleString();
  return made;
}

function show(letter) {
  $("letter").hidden = !letter;
  if (!letter || open === key(letter)) {
    if (!letter) open = null;
    return;
  }
  open = key(letter);
  $("subject").textContent = letter.subject || "(no subject)";
  $("to").textContent = letter.to.join(", ");
  $("from").textContent = decoded(letter.from);
  $("sent").textContent = new Date(letter.at).toLocaleString([], { dateStyle: "full", timeStyle: "medium" });
  frame(`/letters/${letter.number}`);
  $("lines").replaceChildren(...linked(letter.text || "This letter has no text part."));
  choose(letter.html ? pane : "text");
}

// A frame of its own for each letter: one that moves from page to page would take the Back button for itself.
function frame(page) {
  const made = $("frame").cloneNode();
  made.src = page;
  $("frame").replaceWith(made);
}

// Addresses in the text become links; everything else stays text.
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((piece, index) => {
    if (index % 2 === 0) return document.createTextNode(piece);
    const link = document.createElement("a");
    link.href = link.textContent = piece;
    link.target = "_blank";
    link.rel = "noopener";
    return link;
  });
}

// Display names travel as encoded words (RFC 2047).
function decoded(address) {
  return address.replace(/=\?utf-8\?([bq])\?([^?]*)\?=(\s+(?==\?))?/gi, (whole, kind, text) => {
    try {
      const bytes = kind.toLowerCase() === "b"
        ? atob(text)
        : text.replaceAll("_", " ").replace(/=([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
      return new TextDecoder().decode(Uint8Array.from(bytes, (letter) => letter.charCodeAt(0)));
    } catch {
      return whole;
    }
  });
}

function choose(which) {
  for (const name of ["html", "text"]) {
    $(name).hidden = name !== which;
    $(`${name}-tab`).setAttribute("aria-selected", String(name === which));
  }
}

function markRead(letter) {
  if (read.has(key(letter))) return;
  read.add(key(letter));
  localStorage.setItem("latchkey:read", JSON.stringify([...read].slice(-1000)));
}

for (const name of ["html", "text"]) {
  $(`${name}-tab`).addEventListener("click", () => { pane = name; choose(name); });
}
$("back").addEventListener("click", () => { location.hash = ""; });
$("clear").addEventListener("click", async () => {
  if (!confirm("Throw all letters away?")) return;
  await fetch("/letters", { method: "DELETE" });
  location.hash = "";
  look();
});
addEventListener("hashchange", draw);
addEventListener("resize", draw);
addEventListener("visibilitychange", () => document.hidden || look());
setInterval(() => document.hidden || look(), BETWEEN_LOOKS);
look();
