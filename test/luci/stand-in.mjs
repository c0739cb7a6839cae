// A small stand-in for LuCI in the browser, written from its documented behaviour: what the page uses of E, dom, ui, poll, rpc,
// fs, view and form. It refuses a bare string where LuCI would take it for HTML.

const $ = (selector) => document.querySelector(selector);

window._ = (text) => text;
String.prototype.format = function (...values) {
  return this.replace(/%[sd]/g, () => String(values.shift()));
};

/** LuCI takes a bare string for HTML, which would be a hole here, and LuCI 23.05 shows null as a word. */
function texts(children) {
  if (!Array.isArray(children)) throw new Error(`children that are no array: ${children}`);
  for (const child of children) {
    if (typeof child !== "string" && !(child instanceof Node)) throw new Error(`no child: ${child}`);
  }
  return children;
}

window.E = (tag, attributes, children = []) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...texts(children));
  return node;
};

async function call(object, method, values) {
  const reply = await fetch("/rpc", { method: "POST", body: JSON.stringify({ object, method, values }) });
  const { status, data } = await reply.json();
  if (status === 0) return data;
  const error = new Error(status === 6 ? "Permission denied" : "Resource not found");
  error.name = status === 6 ? "PermissionError" : "NotFoundError";
  throw error;
}

const modules = {
  baseclass: { extend: (box) => box },
  view: { extend: (page) => page },
  dom: { content: (node, children) => node.replaceChildren(...texts(children)) },
  poll: { add: (step, seconds) => setInterval(step, seconds * 1000) },
  fs: {
    exec: (command, args) => call("file", "exec", { command, args }),
    exec_direct: (command, args) => call("cgi-io", "exec", { command, args }),
  },
  rpc: {
    declare:
      ({ object, method, params = [], expect }) =>
      async (...args) => {
        const values = Object.fromEntries(params.map((name, index) => [name, args[index]]));
        const data = await call(object, method, values);
        return expect ? data[Object.keys(expect)[0]] : data;
      },
  },
  ui: {
    createHandlerFn:
      (self, handler, ...args) =>
      async (event) => {
        const button = event.currentTarget;
        button.disabled = true;
        await Promise.resolve(handler.call(self, ...args, event)).finally(() => {
          button.disabled = false;
        });
      },
    showModal(title, children) {
      const heading = E("h4", {}, [title]);
      $("#modal").replaceChildren(
        E("div", { class: "modal", role: "dialog" }, [heading, ...texts(children)]),
      );
    },
    hideModal: () => $("#modal").replaceChildren(),
    addNotification: (_title, child, kind) =>
      $("#notes").append(E("div", { class: `alert-message ${kind}` }, [child])),
  },
};

window.L = { hasViewPermission: () => document.body.dataset.readonly !== "true" };

/** LuCI's loader: leading `require` strings become arguments, the body returns; a dotted name is another file. */
async function load(name) {
  if (modules[name]) return modules[name];
  const source = await (await fetch(`/resources/${name.replaceAll(".", "/")}.js`)).text();
  const names = [];
  const values = [];
  let rest = source;
  for (let found = LEADING.exec(rest); found; found = LEADING.exec(rest)) {
    rest = rest.slice(found[0].length);
    const wanted = /^require (\S+)(?: as (\w+))?$/.exec(found[1]);
    if (!wanted) continue;
    names.push(wanted[2] ?? wanted[1]);
    values.push(await load(wanted[1]));
  }
  return new Function(...names, source)(...values);
}

const LEADING = /^\s*'([^']*)';/;
modules.form = (await import("/form.mjs")).form;

function footer(page) {
  const readonly = !L.hasViewPermission();
  const button = (title, handler) =>
    E("button", { class: "btn", disabled: readonly ? true : null, click: () => handler.call(page) }, [title]);
  return E("div", { class: "cbi-page-actions" }, [
    button("Save & Apply", page.handleSaveApply),
    button("Reset", page.handleReset),
  ]);
}

const page = await load("view.lambda-ddns.overview");
$("#view").append(await page.render(await page.load()), footer(page));
const box = await load("view.status.include.71_lambda-ddns");
const shown = await box.render(await box.load());
if (shown) $("#overview").append(E("h3", {}, [box.title]), shown);
document.body.dataset.ready = "true";
