"use strict";

const $ = (id) => document.getElementById(id);
const { function: origin, mutation, password, done } = $("form").dataset;
const asksPassword = password === "yes";

$("token").value = decodeURIComponent(location.pathname.split("/").filter(Boolean).pop());
$("passwords").hidden = !asksPassword;

const query = asksPassword
  ? `mutation ($token: String!, $newPassword1: String!, $newPassword2: String!) {
      ${mutation}(token: $token, newPassword1: $newPassword1, newPassword2: $newPassword2) { success errors }
    }`
  : `mutation ($token: String!) { ${mutation}(token: $token) { success errors } }`;

async function run() {
  const variables = { token: $("token").value };
  if (asksPassword) {
    variables.newPassword1 = $("password1").value;
    variables.newPassword2 = $("password2").value;
  }
  const answer = await fetch(`${origin}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return answer.json();
}

function tell(outcome, text) {
  $("outcome").className = outcome;
  $("outcome").textContent = text;
}

// Refusals are {field: [{message, code}]}; errors of the request itself are a list of {message}.
function sentences(answer) {
  const refusals = Object.values(answer.data?.[mutation]?.errors ?? {}).flat();
  return [...(answer.errors ?? []), ...refusals].map((refusal) => refusal.message);
}

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("go").disabled = true;
  tell("", "One moment …");
  try {
    const answer = await run();
    if (answer.data?.[mutation]?.success) {
      tell("good", done);
      return;
    }
    tell("bad", sentences(answer).join("\n") || "The service gave no reason.");
  } catch {
    tell("bad", `No answer from ${origin}. Is it still compiling? The terminal of make dev tells.`);
  }
  $("go").disabled = false;
});

$("copy").addEventListener("click", async () => {
  $("token").select();
  await navigator.clipboard.writeText($("token").value);
  $("copy").textContent = "Copied";
});
