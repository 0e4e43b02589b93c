/** Makes a form send itself to `submit`, with what was typed, and show what is wrong. */
function onSubmit(form, submit) {
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearProblems(form);
    const missing = [...form.elements].filter((input) => input.required && !input.value.trim() && input.closest("[hidden]") === null);
    if (missing.length > 0) {
      missing.forEach((input) => mark(input, words.needed));
      return missing[0].focus();
    }
    const typed = Object.fromEntries(new FormData(form));
    return busy($("button:not([type=button])", form), form, () => submit(typed));
  });
  form.addEventListener("input", ({ target }) => target.name && unmark(target));
}

/** Makes a button do something that may be refused; what is wrong is shown in the alert of `place`. */
function onClick(button, place, act) {
  button.addEventListener("click", () => {
    clearProblems(place);
    return busy(button, place, act);
  });
}

/** A second press while the first is under way does nothing. The button keeps the focus, so it is not `disabled`. */
async function busy(button, place, act) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  try {
    await act();
  } catch (problem) {
    if (problem instanceof Error) console.error(problem);
    showProblem(place, problem instanceof Error ? { detail: words.broken } : problem);
  } finally {
    button.ariaDisabled = null;
  }
}

/** Each sentence stands at the field that it is about; what is about none stands in the alert. The first has the focus. */
function showProblem(place, problem) {
  if (problem.code === "given_up") return;
  if (["session_ended", "sign_in_needed"].includes(problem.code)) return location.assign(door());
  const named = (problem.errors ?? []).map(({ pointer }) => [$(`[name="${CSS.escape(pointer.slice(1))}"]`, place), aboutField(problem, pointer.slice(1))]);
  let marked = named.filter(([input]) => input);
  if (marked.length === 0 && problem.code) {
    const about = $(`[data-about~="${CSS.escape(problem.code)}"]`, place);
    if (about) marked = [[about, problem.detail]];
  }
  marked.forEach(([input, detail]) => mark(input, detail));
  if (marked.length > 0) return marked[0][0].focus();
  const alert = $(".alert", place) ?? $(".alert");
  alert.textContent = problem.detail;
  show(alert);
  alert.focus();
}

function clearProblems(place) {
  place.querySelectorAll("[aria-invalid]").forEach(unmark);
  place.querySelectorAll(".alert").forEach((alert) => show(alert, false));
}

function mark(input, detail) {
  input.setAttribute("aria-invalid", "true");
  const problem = document.getElementById(`${input.id}-problem`);
  problem.textContent = detail;
  show(problem);
  measured(input, { level: 1 });
}

function unmark(input) {
  input.removeAttribute("aria-invalid");
  const problem = document.getElementById(`${input.id}-problem`);
  if (problem) show(problem, false);
}

/** What was refused about a field: the reason when the API gives one, else what the field takes. */
function aboutField(problem, name) {
  return problem.reason ? problem.detail : (words[`no_${name}`] ?? words.no_invalid);
}

/** A password is shown when its button says so, and never sent while it is shown: browsers would offer it as a text. */
function passwords() {
  document.querySelectorAll("[data-shows]").forEach((button) => {
    const input = document.getElementById(button.dataset.shows);
    const turn = (shown) => {
      input.type = shown ? "text" : "password";
      button.ariaPressed = String(shown);
    };
    button.addEventListener("click", () => turn(input.type === "password"));
    input.form.addEventListener("submit", () => turn(false));
  });
  document.querySelectorAll(".measure").forEach((measure) => {
    const input = $("input", measure.parentElement);
    measure.nextElementSibling.dataset.advice = measure.nextElementSibling.textContent;
    input.addEventListener("input", () => measured(input, strength(input.value)));
  });
}

/** What is said of a password while it is chosen. One that was refused is not praised any more. */
function measured(input, { level, text }) {
  const measure = $(".measure", input.closest(".field"));
  if (!measure) return;
  const hint = measure.nextElementSibling;
  measure.dataset.level = level;
  hint.textContent = text ?? hint.dataset.advice;
}

/** What can be said of a password without knowing those of everybody else; the rest is said when it is sent. */
function strength(password) {
  const letters = [...password.normalize("NFKC").toLowerCase()];
  if (letters.length === 0) return { level: 0 };
  if (letters.length < 8) return { level: 1, text: filled("short", { number: 8 - letters.length }) };
  if (isPlain(letters)) return { level: 1, text: words.plain };
  return letters.length < 14 ? { level: 2, text: words.enough } : { level: 3, text: words.long };
}

function isPlain(letters) {
  const repeats = [1, 2, 3, 4].some((unit) => letters.every((letter, at) => at < unit || letter === letters[at - unit]));
  const steps = letters.slice(1).map((letter, at) => {
    if (letters[at] === "9" && letter === "0") return 1;
    if (letters[at] === "0" && letter === "9") return -1;
    return letter.codePointAt(0) - letters[at].codePointAt(0);
  });
  return repeats || (Math.abs(steps[0]) === 1 && steps.every((step) => step === steps[0]));
}

/** Opens a dialog; what it resolves to is what `closing` is given, and giving up is a problem that nobody is shown. */
function dialog(element, prepare) {
  return new Promise((resolve, reject) => {
    let done = false;
    element.onclose = () => done || reject({ code: "given_up" });
    prepare(() => {
      done = true;
      element.close();
      resolve();
    });
    element.showModal();
  });
}

function sure(why) {
  $("#sure-why").textContent = words[why];
  return dialog($("#sure"), (close) => ($("#yes").onclick = close));
}

let goOn = null;

function proveAgain() {
  const form = $("#prove form");
  form.reset();
  clearProblems(form);
  show($("#prove-with-code"), me?.has_app);
  show($("#prove-passkey"), canPasskeys() && $("#passkeys li") !== null);
  return dialog($("#prove"), (close) => (goOn = close));
}

function dialogs() {
  document.querySelectorAll("[data-closes]").forEach((button) => button.addEventListener("click", () => button.closest("dialog").close()));
  onSubmit($("#prove form"), async ({ password, code }) => {
    await once("POST", "/api/v1/me/proof", me?.has_app ? { password, code } : { password });
    goOn();
  });
  onClick($("#prove-passkey"), $("#prove form"), async () => {
    await once("POST", "/api/v1/me/proof/passkey", await shownPasskey());
    goOn();
  });
}
