const words = JSON.parse(document.body.dataset.words);
const audience = document.body.dataset.as;
const query = new URLSearchParams(location.search);

function signIn() {
  const [first, second] = [$("#first"), $("#second")];
  let ticket = null;
  onSubmit(first, async ({ email, password }) => {
    const said = await ask("POST", "/api/v1/sign-in", { email: email.trim(), password, as: audience });
    if (said.next !== "code") return enter();
    ticket = said.ticket;
    $("#who").textContent = email.trim();
    turn(second);
    say(words.code_next);
  });
  onSubmit(second, async ({ code }) => {
    try {
      await ask("POST", "/api/v1/sign-in/code", { ticket, code: code.trim() });
    } catch (problem) {
      if (problem.code !== "ticket_used") throw problem;
      turn(first);
      return showProblem(first, problem);
    }
    enter();
  });
  const turn = (form) => {
    for (const each of [first, second]) show(each, each === form);
    show($("#ways"), form === first && hasWays());
    second.reset();
    clearProblems(second);
    $(form === second ? "#code" : "#password").focus();
  };
  $("#back").addEventListener("click", () => turn(first));
  $("#recovery").addEventListener("click", () => wantCode($("#code").inputMode !== "numeric"));
  if (query.has("problem")) showProblem(first, { detail: words.outside_failed });
  document.querySelectorAll(".aside, .links a").forEach(keepNext);
  return Promise.all([outside(), passkeyWay()]);
}

/** A code of the app, or one of those that were kept for when it is lost. */
function wantCode(ofApp) {
  const input = $("#code");
  $("label[for=code]").textContent = words[ofApp ? "code" : "recovery"];
  $("#code-hint").textContent = words[ofApp ? "code_hint" : "recovery_hint"];
  $("#recovery").textContent = words[ofApp ? "recovery_instead" : "code_instead"];
  input.inputMode = ofApp ? "numeric" : "text";
  input.autocomplete = ofApp ? "one-time-code" : "off";
  unmark(input);
  input.focus();
}

/** Those outside who may say who somebody is, where a shop has such. */
async function outside() {
  const listed = await once("GET", `/api/v1/sign-in/outside?as=${audience}`).catch(() => null);
  for (const { id, name } of listed?.items ?? []) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = filled("outside", { name });
    onClick(button, $("#first"), async () => {
      const { location: where } = await ask("POST", `/api/v1/sign-in/outside/${id}/begin`);
      location.assign(where);
    });
    $("#ways").append(button);
  }
  show($("#ways"), hasWays() && !$("#first").hidden);
}

function hasWays() {
  return $("#ways button:not([hidden])") !== null;
}

function enter() {
  location.assign(next() ?? (audience === "staff" ? "/account?as=staff" : "/account"));
}

/** Where somebody was going; only ever a page of this origin. */
function next() {
  const wanted = query.get("next");
  if (!wanted || !URL.canParse(wanted, location.origin)) return null;
  const url = new URL(wanted, location.origin);
  return url.origin === location.origin ? url.href : null;
}

function keepNext(link) {
  if (!query.has("next")) return;
  const url = new URL(link.href);
  url.searchParams.set("next", query.get("next"));
  link.href = url;
}

function signUp() {
  letter("/api/v1/sign-up", ({ name, email }) => ({ name: name.trim(), email: email.trim() }));
}

function forgotten() {
  letter("/api/v1/password-letters", ({ email }) => ({ email: email.trim(), as: audience }));
}

function letter(path, body) {
  onSubmit($("form"), async (typed) => {
    await ask("POST", path, body(typed));
    turnTo("#done");
  });
  $("#again")?.addEventListener("click", () => turnTo("#ask"));
}

/** The ticket stands behind # and was sent to nobody; it goes from the address when it is used up. */
function password() {
  const ticket = location.hash.slice(1);
  if (!ticket.startsWith("gal_tic_")) return show($("#broken"));
  show($("#ask"));
  onSubmit($("form"), async ({ password }) => {
    try {
      await ask("POST", "/api/v1/passwords", { ticket, password });
    } catch (problem) {
      show($("#anew"), problem.code === "ticket_used");
      throw problem;
    }
    history.replaceState(null, "", location.pathname + location.search);
    turnTo("#done");
  });
  $("#password").focus();
}

function turnTo(part) {
  for (const each of ["#ask", "#done"]) show($(each), each === part);
  $("h1", $(part)).focus();
}
