// Quicker with this, and whole without it.
const $ = (what, where = document) => where.querySelector(what);
const all = (what, where = document) => [...where.querySelectorAll(what)];
const said = $("#said");

function say(text, link) {
  said.textContent = text;
  if (link) {
    const a = document.createElement("a");
    [a.href, a.textContent] = ["/cart", said.dataset.cart];
    said.append(" ", a);
  }
  clearTimeout(say.timer);
  say.timer = setTimeout(() => said.replaceChildren(), 6000);
}

function count(items) {
  const shown = $("#items");
  shown.textContent = items;
  shown.hidden = !items;
}

// Buttons beside a number.
function steppers(where) {
  for (const box of all(".stepper", where)) {
    if ($("button", box)) continue;
    const input = $("input", box);
    const label = input.labels[0]?.textContent ?? "";
    for (const [by, sign, word] of [[-1, "−", box.dataset.fewer], [1, "+", box.dataset.more]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: sign });
      button.setAttribute("aria-label", `${word}: ${label}`);
      button.addEventListener("click", () => {
        const value = Math.max(+input.min, Math.min(+input.max, (+input.value || 0) + by));
        if (value === +input.value) return;
        input.value = value;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
      by < 0 ? box.prepend(button) : box.append(button);
    }
    box.classList.add("live");
  }
}

// A product: what fits together, what it costs, and which picture shows it.
function product(form) {
  const variants = JSON.parse(form.dataset.variants);
  const combined = $("[data-combined]", form);
  const plain = $("[data-plain]", form);
  if (combined) {
    combined.hidden = false;
    all("input", combined).forEach((input) => (input.disabled = false));
    plain.hidden = true;
  }
  const chosen = () => {
    if (!combined) return variants.find((one) => one.id === (new FormData(form).get("variant") ?? variants[0].id));
    const options = Object.fromEntries(all(":checked", combined).map((input) => [input.name.slice(2), input.value]));
    return variants.find((one) => Object.entries(options).every(([name, value]) => one.options[name] === value));
  };
  const show = () => {
    const one = chosen();
    const [stock, button] = [$("#stock"), $("button.main", form)];
    stock.textContent = one ? one.stock : form.dataset.not;
    stock.classList.toggle("gone", !one?.left);
    button.disabled = !one?.left;
    if (!one) return;
    if (plain) all("input", plain).forEach((input) => (input.checked = input.value === one.id));
    $("#price strong").textContent = one.price;
    $("#price s")?.remove();
    if (one.before) $("#price").append(Object.assign(document.createElement("s"), { textContent: one.before }));
    $("#sku").textContent = one.sku;
    const values = Object.values(one.options).map((value) => value.toLowerCase());
    const fits = (frame) => values.some((value) => frame.dataset.shows.toLowerCase().includes(value));
    const frame = all(".gallery .frame").find((frame) => frame.dataset.shows && fits(frame));
    frame?.parentElement.scrollTo({ left: frame.offsetLeft - frame.parentElement.offsetLeft, behavior: "smooth" });
    history.replaceState(null, "", `?v=${one.id}`);
  };
  form.addEventListener("change", (event) => event.target.type === "radio" && show());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = $("button.main", form);
    if (button.ariaBusy) return;
    button.ariaBusy = "true";
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "x-by-script": "1" } });
      const told = await answer.json();
      if (answer.ok) count(told.items);
      say(answer.ok ? form.dataset.adds : told.said, answer.ok);
    } catch {
      form.submit();
    } finally {
      button.ariaBusy = null;
    }
  });
}

// The cart and the checkout change where they stand.
async function send(form, submitter) {
  const main = $("#main");
  const focused = document.activeElement?.id;
  main.setAttribute("aria-busy", "true");
  try {
    const body = new URLSearchParams(new FormData(form, submitter));
    const answer = await fetch(submitter?.getAttribute("formaction") ?? form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    main.replaceChildren(...$("#main", page).childNodes);
    const items = $("#items", page);
    count(items.hidden ? 0 : +items.textContent);
    live(main);
    (document.getElementById(focused) ?? main).focus({ preventScroll: true });
    const wrong = form.matches(".code") && all(".codes .problem", main).at(-1);
    const news = wrong || $(".bill .sum", main) || $("h1", main);
    say(news.innerText.replace(/\s+/g, " "));
  } catch {
    form.submit();
  } finally {
    main.removeAttribute("aria-busy");
  }
}

function live(where) {
  steppers(where);
  for (const form of all("form[data-live]", where)) {
    const plain = $("[data-plain]", form);
    if (plain) plain.hidden = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, event.submitter);
    });
    form.addEventListener("change", (event) => event.target.type === "number" && form.requestSubmit());
  }
  const checkout = $("form.checkout", where);
  if (checkout) {
    all("[data-plain]", checkout).forEach((button) => (button.hidden = true));
    checkout.addEventListener("change", (event) => event.target.name === "delivery" && send(checkout));
    ($("[aria-invalid]", checkout) ?? $("#wrong"))?.focus();
  }
}

// What somebody may be looking for, while they type.
function suggestions(form) {
  const input = $("input[name=q]", form);
  const list = Object.assign(document.createElement("datalist"), { id: `${input.id}-list` });
  let timer, off;
  input.setAttribute("list", list.id);
  form.append(list);
  input.addEventListener("input", () => {
    clearTimeout(timer);
    const q = input.value.trim();
    if (off || q.length < 2) return;
    timer = setTimeout(async () => {
      const answer = await fetch(`/api/v1/products/suggest?q=${encodeURIComponent(q)}`).catch(() => null);
      if (!answer?.ok) return (off = true);
      const { items = [] } = await answer.json();
      list.replaceChildren(...items.slice(0, 8).map((item) => Object.assign(document.createElement("option"), { value: item.title ?? item.text ?? "" })));
    }, 150);
  });
}

// A page that somebody is about to open is asked for a moment earlier.
function ahead() {
  const known = new Set([location.pathname]);
  const fetchAhead = (event) => {
    const link = event.target.closest?.("a[href^='/']");
    const path = link?.getAttribute("href");
    if (!path || known.has(path) || !/^\/($|[cp]\/)/.test(path) || navigator.connection?.saveData) return;
    known.add(path);
    document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href: path }));
  };
  document.addEventListener("pointerover", fetchAhead, { passive: true });
  document.addEventListener("focusin", fetchAhead);
}

all("form.buy").forEach(product);
all("form.search").forEach(suggestions);
// A filter is shown as soon as it is ticked.
const narrow = $(".narrow form");
narrow?.addEventListener("change", (event) => event.target.type !== "text" && innerWidth >= 900 && narrow.requestSubmit());
if (narrow && innerWidth >= 900) narrow.parentElement.open = true;
// What is not filled in needs no place in the address.
narrow?.addEventListener("formdata", ({ formData }) => [...formData].forEach(([name, value]) => value || formData.delete(name)));
live(document);
ahead();
document.documentElement.dataset.ready = "";
