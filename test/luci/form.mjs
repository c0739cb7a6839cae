// The stand-in's form: JSONMap with a grid, its dialog of tabs, and a named section, as far as the page uses them.

const KINDS = ["Flag", "Value", "DynamicList", "ListValue", "DummyValue", "GridSection", "NamedSection"];

const list = (value) => (value === undefined || value === null ? [] : [value].flat());

/** What LuCI makes of a value where it wants a list: it takes a text apart at its blanks. */
const toArray = (value) => (typeof value === "string" ? value.split(" ") : list(value));

function makeOption(map, kind, option, title, help) {
  return {
    kind,
    option,
    title,
    help,
    choices: [],
    needs: [],
    inputs: new Map(),
    value(value, label) {
      this.choices.push([value, label ?? value]);
    },
    depends(name, value) {
      this.needs.push([name, value]);
    },
    cfgvalue: (section) => map.data.get("json", section, option),
    write: (section, value) => map.data.set("json", section, option, value),
    remove: (section) => map.data.set("json", section, option, undefined),
    validate: () => true,
  };
}

function draw(map, option, section) {
  const readonly = map.readonly ? true : null;
  const stored = option.cfgvalue(section);
  let node;
  if (option.kind === "ListValue") {
    const choices = option.choices.map(([value, label]) => E("option", { value }, [label]));
    node = E("select", { disabled: readonly }, choices);
    node.value = stored ?? "";
  } else {
    const type = option.kind === "Flag" ? "checkbox" : option.password ? "password" : "text";
    const placeholder = option.placeholder ?? "";
    node = E("input", { type, placeholder, disabled: readonly, "data-option": option.option }, []);
    if (type === "checkbox") node.checked = stored === "1";
    else node.value = list(stored).join(" ");
    node.values = toArray(stored);
    node.shown = node.value;
  }
  option.inputs.set(section, node);
  return node;
}

/** Entries that are there are taken as they are; what was typed is judged. */
function parseList(option, section, node) {
  const typed = node.value.split(" ").filter((one) => one !== "");
  const values = node.value === node.shown ? node.values : typed;
  const problem =
    values === typed ? typed.map((one) => option.validate(section, one)).find((one) => one !== true) : null;
  if (problem) return problem;
  if (JSON.stringify(values) !== JSON.stringify(list(option.cfgvalue(section))))
    option.write(section, values);
  return null;
}

/** Reads what was typed into `option`, as LuCI's parse does; returns the sentence of a refusal. */
function parse(option, section) {
  const node = option.inputs.get(section);
  if (!node?.isConnected) return null;
  const text = option.kind === "Flag" ? (node.checked ? "1" : "0") : node.value.trim();
  if (option.kind === "DynamicList") return parseList(option, section, node);
  const values = [text];
  for (const value of values) {
    const problem = option.validate(section, value);
    if (problem !== true) return problem;
  }
  if (text === "") option.remove(section);
  else if (option.kind === "Flag" || option.cfgvalue(section) !== text) option.write(section, text);
  return null;
}

function field(map, option, section) {
  return E("div", { class: "cbi-value" }, [
    E("label", { class: "cbi-value-title" }, [option.title, draw(map, option, section)]),
    E("div", { class: "help" }, [option.help ?? ""]),
  ]);
}

function openDialog(map, part, section) {
  const problem = E("div", { role: "alert" }, []);
  const panes = part.tabs.map(([name, title]) =>
    E("details", { name: "tabs", open: name === part.tabs[0][0] ? true : null }, [
      E("summary", {}, [title]),
      ...part.options
        .filter((option) => option.tab === name && option.modalonly !== false)
        .map((option) => field(map, option, section)),
    ]),
  );
  const save = async () => {
    const refused = part.options.map((option) => parse(option, section)).find((one) => one !== null);
    problem.replaceChildren(refused ?? "");
    if (refused) return;
    close();
    await map.reset();
  };
  const close = () => document.querySelector("#modal").replaceChildren();
  const buttons = [
    E("button", { class: "btn", click: close }, ["Dismiss"]),
    E("button", { class: "btn", click: save, disabled: map.readonly ? true : null }, ["Save"]),
  ];
  const heading = E("h4", {}, [part.modaltitle(section)]);
  const dialog = E("div", { class: "modal", role: "dialog" }, [heading, ...panes, problem, ...buttons]);
  document.querySelector("#modal").replaceChildren(dialog);
}

function drawGrid(map, part) {
  const columns = part.options.filter(({ modalonly }) => modalonly !== true);
  const readonly = map.readonly ? true : null;
  const rows = map.data.sections("json", part.name).map((one) => {
    const section = one[".name"];
    const cells = columns.map((option) =>
      E("td", { class: "td", "data-title": option.title }, [
        option.textvalue ? option.textvalue(section) : draw(map, option, section),
      ]),
    );
    const remove = () => map.data.remove(section);
    const actions = E("td", { class: "td" }, [
      E("button", { class: "btn", click: () => openDialog(map, part, section) }, ["Edit"]),
      E("button", { class: "btn", click: remove, disabled: readonly }, ["Delete"]),
    ]);
    return E("tr", { class: "tr", "data-section": section }, [...cells, actions]);
  });
  const titles = [...columns.map(({ title }) => title), ""].map((title) => E("th", { class: "th" }, [title]));
  const add = E("button", { class: "btn", click: () => part.handleAdd(), disabled: readonly }, [
    part.addbtntitle,
  ]);
  return E("div", { class: "cbi-section" }, [
    E("h3", {}, [part.title]),
    E("table", { class: "table" }, [E("tr", { class: "tr" }, titles), ...rows]),
    add,
  ]);
}

function makeSection(map, kind, name, title) {
  const part = { kind, name, title, tabs: [], options: [] };
  part.tab = (...tab) => part.tabs.push(tab);
  part.option = (optionKind, option, label, help) => {
    const made = makeOption(map, optionKind, option, label, help);
    part.options.push(made);
    return made;
  };
  part.taboption = (tab, ...rest) => Object.assign(part.option(...rest), { tab });
  part.draw = () => {
    if (kind === "GridSection") return drawGrid(map, part);
    const fields = part.options.map((option) => field(map, option, name));
    return E("div", { class: "cbi-section" }, [E("h3", {}, [title]), ...fields]);
  };
  return part;
}

function makeData(data, changed) {
  let sections = Object.entries(data).flatMap(([type, all]) => all.map((one) => ({ ".type": type, ...one })));
  const find = (name) => sections.find((section) => section[".name"] === name) ?? {};
  return {
    get: (_config, name, option) => find(name)[option] ?? null,
    set(_config, name, option, value) {
      if (value === undefined) delete find(name)[option];
      else find(name)[option] = value;
    },
    add: (_config, type, name) => sections.push({ ".type": type, ".name": name }),
    sections: (_config, type) => sections.filter((one) => type === undefined || one[".type"] === type),
    remove(name) {
      sections = sections.filter((one) => one[".name"] !== name);
      changed();
    },
  };
}

function JSONMap(data) {
  const root = E("div", { class: "cbi-map" }, []);
  const parts = [];
  const map = {
    data: makeData(data, () => map.render()),
    section(kind, name, ...titles) {
      parts.push(makeSection(map, kind, name, titles.at(-1)));
      return parts.at(-1);
    },
    async render() {
      root.replaceChildren(...parts.map((part) => part.draw()));
      return root;
    },
    reset: () => map.render(),
    async save() {
      for (const { options } of parts) {
        for (const option of options) for (const section of option.inputs.keys()) parse(option, section);
      }
    },
  };
  return map;
}

export const form = { JSONMap, ...Object.fromEntries(KINDS.map((kind) => [kind, kind])) };
