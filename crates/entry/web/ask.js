/** Asks the API. What is refused is thrown: the problem, as the API says it. */
async function ask(method, path, body) {
  try {
    return await once(method, path, body);
  } catch (problem) {
    if (problem.code !== "proof_needed") throw problem;
    await proveAgain();
    return once(method, path, body);
  }
}

async function once(method, path, body) {
  const sent = body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(path, { method, ...sent });
  } catch {
    throw { code: "offline", detail: words.offline };
  }
  const said = answer.headers.get("content-type")?.includes("json") ? await answer.json().catch(() => null) : null;
  if (answer.ok) return said;
  const detail = words[`no_${said?.reason ?? said?.code}`] ?? words[answer.status === 429 ? "slow_down" : "broken"];
  throw { status: answer.status, code: said?.code ?? "broken", reason: said?.reason, detail, errors: said?.errors ?? [] };
}

/** Says something to whoever does not look at the place where it happened. */
function say(text) {
  const said = $("#said");
  said.textContent = text;
  clearTimeout(said.timer);
  said.timer = setTimeout(() => (said.textContent = ""), 6000);
}

/** A word with what stands in its braces filled in. */
function filled(word, parts) {
  return Object.entries(parts).reduce((text, [name, part]) => text.replace(`{${name}}`, () => part), words[word]);
}

function $(selector, within = document) {
  return within.querySelector(selector);
}

function show(element, shown = true) {
  element.hidden = !shown;
}
