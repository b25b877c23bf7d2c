// The three pages of the gateway: each is a row of steps in its HTML, of which one is shown.

const notice = document.getElementById("notice");
const sections = [...document.querySelectorAll("[data-step]")];

// a secret does not stay in the address bar or the history
const fragment = location.hash.slice(1);
if (fragment) {
  history.replaceState(null, "", location.pathname + location.search);
}
// another link, pasted over this page
addEventListener("hashchange", () => location.reload());

function show(step, values = {}) {
  for (const section of sections) {
    section.hidden = section.dataset.step !== step;
  }
  const section = sections.find((each) => !each.hidden);
  for (const place of section.querySelectorAll("[data-of]")) {
    place.textContent = values[place.dataset.of] ?? "–";
  }
  const heading = section.querySelector("h1");
  document.title = `${heading.textContent} · Wardroom`;
  (section.querySelector("input") ?? heading).focus();
}

function say(text, good = false) {
  notice.classList.toggle("good", good);
  notice.textContent = text;
}

function sentence(text) {
  return text ? text[0].toUpperCase() + text.slice(1).replace(/\.?$/, ".") : "Something went wrong.";
}

async function call(method, path, body, headers = {}) {
  try {
    const answer = await fetch("/api/v1" + path, {
      method,
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(20_000),
      headers: body ? { "Content-Type": "application/json", ...headers } : headers,
      body: body && JSON.stringify(body),
    });
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    return {
      ok: answer.ok,
      status: answer.status,
      seconds: Number(answer.headers.get("Retry-After")) || 0,
      said: isJson ? await answer.json() : {},
    };
  } catch {
    return { ok: false, status: 0, seconds: 0, said: {} };
  }
}

function pause(seconds) {
  return seconds > 90 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds || 5} seconds`;
}

function failure({ status, seconds, said }) {
  switch (status) {
    case 0:
      return "Wardroom cannot be reached. Please try again.";
    case 429:
      return `Too many tries. Please wait ${pause(seconds)}.`;
    case 503:
      return `This does not work at the moment. Please try again in ${pause(seconds)}.`;
    default:
      return sentence(said.detail);
  }
}

function mark(input, text) {
  document.getElementById(`${input.id}-fault`).textContent = text;
  input.setAttribute("aria-invalid", String(text !== ""));
}

function unmark(form) {
  say("");
  for (const input of form.querySelectorAll("input")) {
    mark(input, "");
  }
}

/** Says what the answer found wrong, at the fields where it names them. */
function explain(form, answer) {
  const faults = (answer.said.errors ?? []).filter(({ field }) => form.elements[field]);
  for (const { field, message } of faults) {
    const input = form.elements[field];
    // Keycloak's are sentences, ours go on from the field's name
    mark(input, sentence(/^[a-z]/.test(message) ? `${input.labels[0].textContent} ${message}` : message));
  }
  if (!faults.length) {
    say(failure(answer));
  }
  (form.querySelector('[aria-invalid="true"]') ?? form.querySelector("input"))?.focus();
}

/** Sends what was typed in, once at a time; `send` is given the fields. */
function onSubmit(id, send) {
  const form = document.getElementById(id);
  const button = form.querySelector("button:not([type])");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.ariaDisabled === "true") {
      return;
    }
    button.ariaDisabled = "true";
    unmark(form);
    try {
      const answer = await send(Object.fromEntries(new FormData(form)));
      if (answer && !answer.ok) {
        explain(form, answer);
      }
    } finally {
      button.ariaDisabled = "false";
    }
  });
}

for (const button of document.querySelectorAll("[data-shows]")) {
  const input = document.getElementById(button.dataset.shows);
  const shown = (on) => {
    input.type = on ? "text" : "password";
    button.setAttribute("aria-pressed", String(on));
  };
  button.addEventListener("click", () => shown(input.type === "password"));
  // password managers and histories know a password field by its type
  input.form.addEventListener("submit", () => shown(false));
}

const linkIsOver = ({ said }) => (said.errors ?? []).some(({ field }) => field === "token");

const pages = {
  login() {
    const told = new URLSearchParams(fragment);
    let challenge = told.get("challenge");
    const next = local(told.get("next") ?? new URLSearchParams(location.search).get("next"));
    if (next) {
      document.getElementById("browser").search = new URLSearchParams({ next });
    }

    function local(wish) {
      if (!wish?.startsWith("/")) {
        return null;
      }
      const url = new URL(wish, location.origin);
      return url.origin === location.origin ? url.pathname + url.search + url.hash : null;
    }

    function csrf() {
      const found = document.cookie.match(/(?:^|; )(?:__Host-)?wardroom_csrf=([^;]+)/);
      return found ? found[1] : null;
    }

    async function welcome() {
      const me = await call("GET", "/auth/me");
      if (me.ok) {
        show("signed-in", me.said);
      }
      return me;
    }

    async function arrive() {
      if (next && next !== "/login") {
        location.assign(next);
        return null;
      }
      return welcome();
    }

    onSubmit("password", async ({ username, password }) => {
      const answer = await call("POST", "/auth/login", { username, password });
      if (!answer.ok) {
        return answer;
      }
      document.getElementById("password").reset();
      if (answer.said.totp_required) {
        challenge = answer.said.challenge_token;
        show("code");
        return null;
      }
      return arrive();
    });

    onSubmit("code", async ({ code }) => {
      const answer = await call("POST", "/auth/totp/challenge", { challenge_token: challenge, code: code.trim() });
      return answer.ok ? arrive() : answer;
    });

    onSubmit("sign-out", async () => {
      const answer = await call("POST", "/auth/logout", null, { "X-CSRF-Token": csrf() ?? "" });
      if (!answer.ok && answer.status !== 401) {
        return answer;
      }
      show("password");
      say("You are signed out.", true);
      return null;
    });

    const failed = {
      again: "The sign-in could not be finished. Please try again.",
      denied: "The sign-in was refused.",
      "no-role": "This account has no role in any tenant. Ask an administrator for one.",
    }[told.get("failed")];
    if (challenge) {
      show("code");
    } else if (failed || !csrf()) {
      show("password");
      say(failed ?? "");
    } else {
      welcome().then((me) => me.ok || show("password"));
    }
  },

  "reset-password"() {
    const over = "This link has been used or is too old. Ask for a new one.";

    onSubmit("choose", async ({ password }) => {
      const answer = await call("POST", "/auth/reset-password", { token: fragment, password });
      if (answer.ok) {
        show("done");
      } else if (linkIsOver(answer)) {
        show("ask");
        say(over);
      } else {
        return answer;
      }
      return null;
    });

    onSubmit("ask", async ({ email }) => {
      const answer = await call("POST", "/auth/forgot-password", { email: email.trim() });
      if (answer.ok) {
        show("asked");
      }
      return answer;
    });

    show(fragment ? "choose" : "ask");
  },

  "accept-invite"() {
    onSubmit("join", async ({ username, password }) => {
      const answer = await call("POST", "/auth/accept-invite", { token: fragment, username, password });
      if (answer.ok) {
        show("done", answer.said);
      } else if (linkIsOver(answer)) {
        show("dead");
      } else {
        return answer;
      }
      return null;
    });

    show(fragment ? "join" : "dead");
  },
};

pages[document.body.dataset.page]();
