"use strict";

const settings = JSON.parse(document.getElementById("settings").textContent);

// Each endpoint keeps its own tabs and headers: they share this origin's storage.
function drawer(name) {
  const prefix = `latchkey:${name}:`;
  const mine = () => Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key) => localStorage.getItem(prefix + key),
    setItem: (key, value) => localStorage.setItem(prefix + key, value),
    removeItem: (key) => localStorage.removeItem(prefix + key),
    clear: () => mine().forEach((key) => localStorage.removeItem(key)),
    get length() { return mine().length; },
  };
}

for (const endpoint of settings.endpoints) {
  const link = document.createElement("a");
  link.href = endpoint.page;
  link.textContent = endpoint.name === "plain" ? "GraphiQL" : `GraphiQL, ${endpoint.name}`;
  if (endpoint.name === settings.name) link.setAttribute("aria-current", "page");
  document.getElementById("nav").append(link);
}

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: settings.endpoint }),
    storage: drawer(settings.name),
    defaultQuery: settings.document,
    defaultHeaders: settings.headers,
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: true,
  }),
);
