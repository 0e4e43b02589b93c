/** Whether this browser can use passkeys, and read what we say of them. */
function canPasskeys() {
  return typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";
}

function passkeyWay() {
  const button = $("#passkey");
  if (!button || !canPasskeys()) return;
  show(button);
  show($("#ways"));
  onClick(button, $("#first"), async () => {
    await ask("POST", "/api/v1/sign-in/passkey", await shownPasskey());
    enter();
  });
}

/** What a passkey of this shop answers, with the ticket of what it was asked. */
async function shownPasskey() {
  const { ticket, options } = await once("POST", "/api/v1/sign-in/passkey/begin", { as: me?.audience ?? audience });
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const used = await ceremony(() => navigator.credentials.get({ publicKey }));
  return { ticket, response: used.toJSON() };
}

function passkeys() {
  const form = $("#passkeys form");
  show(form, canPasskeys());
  onSubmit(form, async ({ name }) => {
    const { ticket, options } = await ask("POST", "/api/v1/me/passkeys/begin");
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    const made = await ceremony(() => navigator.credentials.create({ publicKey }));
    await ask("POST", "/api/v1/me/passkeys", { ticket, response: made.toJSON(), name: name.trim() });
    form.reset();
    await listPasskeys();
    say(words.passkey_added);
  });
}

async function listPasskeys() {
  const place = $("#passkeys");
  const listed = await once("GET", "/api/v1/me/passkeys").catch(() => null);
  if (!listed) return;
  const lines = listed.items.map(({ id, name, added_at: added, used_at: used }) => {
    const line = row(place);
    part(line, "name").textContent = name;
    const times = [filled("added", { when: time(added) }), used && filled("used", { when: time(used) })];
    part(line, "times").textContent = times.filter(Boolean).join(" · ");
    const button = $("button", line);
    button.ariaLabel = filled("remove_which", { name });
    onClick(button, place, async () => {
      await sure("sure_passkey");
      await ask("DELETE", `/api/v1/me/passkeys/${id}`);
      await listPasskeys();
      $("#passkeys-title").focus();
      say(words.passkey_removed);
    });
    return line;
  });
  $("ul", place).replaceChildren(...lines);
  show($("#no-passkeys"), lines.length === 0);
  show(place);
}

/** Whoever closes the browser's window is told the same as whoever has no such passkey: the browser does not tell. */
async function ceremony(act) {
  try {
    return await act();
  } catch {
    throw { code: "passkey_failed", detail: words.passkey_failed };
  }
}
