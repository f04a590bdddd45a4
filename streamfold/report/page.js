// Moves a recording through its positions, and shows notes beside what they are about.
// What a recording holds is only ever text here: nothing is parsed as markup.

const root = document.documentElement;
const recordings = [...document.querySelectorAll("article")];
const recordingOf = (element) => element.closest("article");

// Positions

const tables = new WeakMap();

function tableOf(recording) {
  if (!tables.has(recording)) tables.set(recording, readTable(recording));
  return tables.get(recording);
}

function readTable(recording) {
  return {
    ...JSON.parse(recording.querySelector("script").textContent),
    scrubber: recording.querySelector("input"),
    flows: [...recording.querySelectorAll("[data-part]")].map(readFlow),
    arriving: [...recording.querySelectorAll("[data-at]")],
    folds: [...recording.querySelectorAll("details")],
  };
}

// The one copy of a text: its nodes, and what they hold in the end.
function readFlow(flow) {
  const walker = document.createTreeWalker(flow, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push({ node: walker.currentNode, whole: walker.currentNode.data });
  return { flow, texts, part: Number(flow.dataset.part) };
}

function show(recording) {
  const table = tableOf(recording);
  const position = table.scrubber.valueAsNumber;
  const lengths = lengthsAt(table, position);
  for (const { part, texts } of table.flows) fill(texts, lengths.get(part) ?? 0);
  for (const element of table.arriving) setLater(element, Number(element.dataset.at) > position);
  showGrowing(table, position);
  tell(recording, table, position);
  hideBeside();
}

function lengthsAt({ part, added }, position) {
  const lengths = new Map();
  for (let event = 0; event < position; event += 1) {
    lengths.set(part[event], (lengths.get(part[event]) ?? 0) + added[event]);
  }
  return lengths;
}

function fill(texts, length) {
  for (const { node, whole } of texts) {
    const shown = whole.slice(0, Math.max(length, 0));
    if (node.data !== shown) node.data = shown;
    length -= whole.length;
  }
}

function setLater(element, later) {
  element.classList.toggle("later", later);
  if (element.matches("a")) element.tabIndex = later ? -1 : 0;
}

// What grows has a caret, and what it is folded into is open for as long.
function showGrowing({ part, flows, folds }, position) {
  const growing = position < part.length ? part[position - 1] : undefined;
  for (const each of flows) each.flow.classList.toggle("growing", each.part === growing);
  for (const fold of folds) {
    const wanted = fold.querySelector(".growing") !== null;
    if (wanted === fold.open || (!wanted && !("opened" in fold.dataset))) continue;
    fold.open = wanted;
    fold.toggleAttribute("data-opened", wanted);
  }
}

function tell(recording, { names, name, line, wait, scrubber }, position) {
  const time = wait.length ? `, ${(sum(wait, position) / 1000).toFixed(3)} s` : "";
  const last = `after event ${position - 1} of ${name.length}: ${names[name[position - 1]]}, line ${sum(line, position)}`;
  const where = position ? last + time : "before the first event";
  recording.querySelector("output").textContent = where;
  recording.querySelector(".strip").style.setProperty("--done", position / Math.max(name.length, 1));
  scrubber.setAttribute("aria-valuetext", where);
}

const sum = (numbers, count) => numbers.slice(0, count).reduce((total, number) => total + number, 0);

function moveTo(recording, position) {
  tableOf(recording).scrubber.value = position;
  show(recording);
}

// Playing: at the pace of the recording where that is known, else evenly

const perEvent = 60; // milliseconds
const longest = 15_000; // that a whole recording takes at most
let playing = null;

function play(recording) {
  const { name, wait, scrubber } = tableOf(recording);
  const due = dueTimes(wait.length ? wait : name.map(() => perEvent));
  const from = scrubber.valueAsNumber % name.length || 0;
  const start = performance.now() - (from ? due[from - 1] : 0);
  const next = (now) => {
    if (playing !== recording) return;
    const position = due.findLastIndex((time) => time <= now - start) + 1;
    if (position !== scrubber.valueAsNumber) moveTo(recording, position);
    if (position < due.length) requestAnimationFrame(next);
    else stop();
  };
  stop();
  playing = recording;
  recording.querySelector("button").textContent = "Stop";
  requestAnimationFrame(next);
}

function dueTimes(waits) {
  let time = 0;
  const times = waits.map((wait) => (time += wait));
  return times.map((each) => each * Math.min(1, longest / time));
}

function stop() {
  if (playing) playing.querySelector("button").textContent = "Play";
  playing = null;
}

// Notes

const beside = document.getElementById("beside");
const grace = 250; // milliseconds in which a pointer may cross over from a link to its note
let about = null;
let pinned = false;
let leaving = 0;

function showBeside(link) {
  clearTimeout(leaving);
  if (about === link) return;
  hideBeside();
  about = link;
  beside.replaceChildren(...link.dataset.show.split(" ").map(copyOf));
  beside.showPopover({ source: link });
  placeBeside(link);
  link.classList.add("shown");
  link.setAttribute("aria-describedby", beside.id);
}

function copyOf(id) {
  const note = document.getElementById(id);
  const copy = document.createElement("div");
  copy.className = note.className;
  copy.append(...note.cloneNode(true).childNodes);
  return copy;
}

function placeBeside(link) {
  const { left, top, bottom } = link.getBoundingClientRect();
  const { width, height } = beside.getBoundingClientRect();
  const fitsBelow = bottom + height + 8 < innerHeight || top < height + 8;
  const last = root.clientWidth - width - 16;
  beside.style.left = `${Math.max(Math.min(left, last), 16) + scrollX}px`;
  beside.style.top = `${(fitsBelow ? bottom + 6 : top - height - 6) + scrollY}px`;
}

function hideBeside() {
  clearTimeout(leaving);
  if (!about) return;
  about.classList.remove("shown");
  about.removeAttribute("aria-describedby");
  about = null;
  pinned = false;
  beside.hidePopover();
}

function leaveBeside() {
  clearTimeout(leaving);
  if (about && !pinned && about !== document.activeElement) leaving = setTimeout(hideBeside, grace);
}

document.addEventListener("pointerover", ({ target, pointerType }) => {
  const link = target.closest("[data-show]");
  if (link && pointerType !== "touch" && !pinned) showBeside(link);
  else if (beside.contains(target)) clearTimeout(leaving);
  else leaveBeside();
});

document.addEventListener("focusin", ({ target }) => {
  const link = target.closest("[data-show]");
  if (link) showBeside(link);
  else if (!beside.contains(target)) hideBeside();
});

// What is moved by hand

document.addEventListener("input", ({ target }) => {
  if (target.matches("[type=radio]")) root.dataset[target.name] = target.value;
  if (!target.matches("[type=range]")) return;
  stop();
  show(recordingOf(target));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a, button");
  if (!beside.contains(event.target) && !link?.dataset.show) hideBeside();
  if (!link) return;
  if (link.matches("button")) toggle(recordingOf(link));
  if (link.dataset.show) pin(link);
  if (link.dataset.to) jump(link);
  if (link.dataset.show || link.dataset.to) event.preventDefault();
});

function toggle(recording) {
  if (playing === recording) stop();
  else play(recording);
}

function pin(link) {
  if (pinned && about === link) return hideBeside();
  showBeside(link);
  pinned = true;
}

function jump(link) {
  const recording = document.querySelector(link.hash);
  moveTo(recording, link.dataset.to);
  (recording.querySelector(".growing") ?? recording).scrollIntoView({ block: "nearest" });
}

const letters = document.getElementById("letters");
const steps = { n: 1, p: -1 };

document.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
  if (key === "Escape") hideBeside();
  if (key in steps && letters.checked && !ctrlKey && !metaKey && !altKey) go(steps[key]);
});

// To the next recording that is shown, or the one before: from the one in focus, or else from the topmost.
function go(step) {
  const shown = recordings.filter((recording) => recording.checkVisibility());
  const focused = shown.indexOf(recordingOf(document.activeElement));
  const topmost = shown.findLastIndex((recording) => recording.getBoundingClientRect().top <= 1);
  const next = shown[Math.min(Math.max((focused < 0 ? topmost : focused) + step, 0), shown.length - 1)];
  (next?.querySelector("input") ?? next)?.focus({ preventScroll: true });
  next?.scrollIntoView();
}

document.querySelector(".skip").hidden = recordings.length < 2;
root.classList.add("live");
