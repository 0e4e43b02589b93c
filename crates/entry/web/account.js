let me = null;

async function account() {
  dialogs();
  $("#out").addEventListener("click", signOut);
  $("#retry").addEventListener("click", () => location.reload());
  try {
    [me] = await Promise.all([once("GET", "/api/v1/me"), sessions(), listPasskeys()]);
  } catch (problem) {
    show($("#waiting"), false);
    if (problem.status === 401) return location.replace(door());
    show($("#failed"));
    return showProblem($("#failed"), problem);
  }
  person();
  changePassword();
  app();
  passkeys();
  show($("#waiting"), false);
  show($("#ready"));
}

function door() {
  const here = encodeURIComponent(location.pathname + location.search);
  return audience === "staff" ? `/sign-in?as=staff&next=${here}` : `/sign-in?next=${here}`;
}

async function signOut() {
  // Whoever is out already wanted just that.
  await once("POST", "/api/v1/sign-out").catch(() => null);
  location.assign((me?.audience ?? audience) === "staff" ? "/sign-in?as=staff" : "/sign-in");
}

function person() {
  $("#email").textContent = me.verified ? me.email : `${me.email} (${words.unverified})`;
  $("#roles").textContent = me.roles.join(", ");
  document.querySelectorAll("[data-roles]").forEach((part) => show(part, me.audience !== "customer" && me.roles.length > 0));
  $("#name").value = me.name;
  $("[name=username]").value = me.email;
  onSubmit($("#person form"), async ({ name }) => {
    await ask("PUT", "/api/v1/me", { name: name.trim() });
    me.name = name.trim();
    say(words.saved);
  });
}

async function sessions() {
  const place = $("#sessions");
  await listSessions();
  onClick($("#end-others"), place, async () => {
    await sure("sure_others");
    await ask("DELETE", "/api/v1/me/sessions");
    await listSessions();
    $("#sessions-title").focus();
    say(words.others_ended);
  });
}

async function listSessions() {
  const place = $("#sessions");
  const { items } = await once("GET", "/api/v1/me/sessions");
  const lines = items
    .toSorted((one, other) => other.current - one.current)
    .map((session) => {
      const line = row(place);
      const device = named(session);
      part(line, "device").textContent = device;
      show(part(line, "current"), session.current);
      part(line, "times").textContent = `${filled("signed_in", { when: time(session.opened_at) })} · ${filled("seen", { when: time(session.seen_at) })}`;
      const button = $("button", line);
      button.ariaLabel = filled("end_which", { device });
      show(button, !session.current);
      onClick(button, place, async () => {
        await ask("DELETE", `/api/v1/me/sessions/${session.id}`);
        await listSessions();
        $("#sessions-title").focus();
        say(words.ended);
      });
      return line;
    });
  $("ul", place).replaceChildren(...lines);
  show($("#alone"), items.length < 2);
  show($("#end-others"), items.length > 1);
}

function changePassword() {
  const form = $("#password form");
  onSubmit(form, async ({ current, new: chosen }) => {
    await ask("POST", "/api/v1/me/password", { current, new: chosen });
    form.reset();
    $("#new").dispatchEvent(new Event("input", { bubbles: true }));
    say(words.password_changed);
    await listSessions();
  });
}

function app() {
  const place = $("#app");
  showApp();
  onClick($("#add-app"), place, async () => {
    const made = await ask("POST", "/api/v1/me/app");
    $("#picture").src = `data:image/svg+xml,${encodeURIComponent(made.qr_code)}`;
    $("#open-app").href = made.address;
    $("#typed").textContent = made.secret;
    showApp("new");
    $("#app-code").focus();
  });
  onClick($("#remove-app"), place, async () => {
    await sure("sure_app");
    await ask("DELETE", "/api/v1/me/app");
    Object.assign(me, { has_app: false, recovery_codes_left: 0 });
    showApp();
    $("#add-app").focus();
    say(words.app_removed);
  });
  onClick($("#new-recovery"), place, async () => {
    await sure("sure_codes");
    showCodes(await ask("POST", "/api/v1/me/recovery-codes"));
  });
  onSubmit($("#confirm"), async ({ code }) => {
    const made = await ask("POST", "/api/v1/me/app/confirmation", { code: code.trim() });
    me.has_app = true;
    forgetSecret();
    showCodes(made);
    say(words.app_added);
  });
  $("#cancel-app").addEventListener("click", () => {
    forgetSecret();
    showApp();
    $("#add-app").focus();
  });
  $("#copy-secret").addEventListener("click", () => copy($("#typed").textContent));
  $("#copy-codes").addEventListener("click", () => copy(codes().join("\n")));
  $("#print-codes").addEventListener("click", printCodes);
  $("#kept").addEventListener("click", () => {
    $("#recovery ol").replaceChildren();
    show($("#recovery"), false);
    $("#app-title").focus();
  });
}

function showApp(part = me.has_app ? "there" : "none") {
  for (const each of ["none", "there", "new"]) show($(`#app-${each}`), each === part);
  $("#left").textContent = me.recovery_codes_left;
}

/** What is shown once does not stay in the page. */
function forgetSecret() {
  $("#confirm").reset();
  $("#picture").removeAttribute("src");
  $("#open-app").removeAttribute("href");
  $("#typed").textContent = "";
}

function showCodes({ recovery_codes: made }) {
  me.recovery_codes_left = made.length;
  showApp();
  const lines = made.map((text) => {
    const [line, code] = [document.createElement("li"), document.createElement("code")];
    code.textContent = text;
    line.append(code);
    return line;
  });
  $("#recovery ol").replaceChildren(...lines);
  show($("#recovery"));
  $("#recovery-title").focus();
}

function codes() {
  return [...document.querySelectorAll("#recovery code")].map((code) => code.textContent);
}

function printCodes() {
  const keeping = document.body.classList;
  keeping.add("keeping");
  window.addEventListener("afterprint", () => keeping.remove("keeping"), { once: true });
  print();
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(words.copied);
  } catch {
    say(words.not_copied);
  }
}

/** "Firefox on Linux", from what a browser calls itself. */
function named({ kind, device }) {
  if (kind === "program") return device || words.program;
  const first = (pairs) => pairs.find(([sign]) => device.includes(sign))?.[1];
  const browser = first([["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]]);
  const system = first([["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]]);
  if (browser && system) return filled("device", { browser, system });
  return browser ?? system ?? words.browser;
}

function row(place) {
  return $("template", place).content.firstElementChild.cloneNode(true);
}

function part(line, name) {
  return $(`[data-fill=${name}]`, line);
}

function time(text) {
  return new Date(text).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
}
