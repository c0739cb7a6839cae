// The configuration as LuCI's form: the services as a grid with a dialog of tabs, and the section `global`.
// It works on what `lambda-ddns config` printed, never on LuCI's own copy of the file, which would hold the secrets.
import { SERVICE_OPTIONS } from "../client/core/options.ts";
import { type Field, globalFields, type Kind, serviceTabs } from "./fields.ts";
import { globalProblem, serviceProblem } from "./rules.ts";
import type { Section } from "./status.ts";

type Problem = (option: string, values: readonly string[]) => string | null;

const CLASSES: Readonly<Record<Kind, OptionClass>> = {
  flag: form.Flag,
  text: form.Value,
  secret: form.Value,
  interface: form.Value,
  list: form.DynamicList,
  interfaces: form.DynamicList,
  choice: form.ListValue,
};

const ON = ["1", "on", "true", "yes", "enabled"];

export interface FormInput {
  sections: readonly Section[];
  /** Logical interfaces, as suggestions. */
  interfaces: readonly string[];
  readonly: boolean;
  /** Opens what asks for a new service. */
  add: () => unknown;
}

/** The form; `formSections` tells what it holds. */
export function makeForm(input: FormInput): FormMap {
  const map = new form.JSONMap(formData(input.sections), "");
  map.readonly = input.readonly;
  addGrid(map, input);
  const name = globalName(input.sections);
  const global = map.section(form.NamedSection, name, "lambda-ddns", _("All services"));
  for (const field of globalFields()) {
    equip(global.option(CLASSES[field.kind], field.option, field.title, field.help), field, globalProblem);
  }
  return map;
}

/** What the form holds now. */
export function formSections(map: FormMap): Readonly<Record<string, unknown>>[] {
  return map.data.sections("json");
}

function globalName(sections: readonly Section[]): string {
  return sections.find(({ type }) => type === "lambda-ddns")?.name ?? "global";
}

/** By type, as JSONMap takes it. A section `global` that is missing stands there empty, to be filled in. */
function formData(sections: readonly Section[]): Record<string, Record<string, unknown>[]> {
  const data: Record<string, Record<string, unknown>[]> = { "lambda-ddns": [], service: [] };
  for (const { type, name, options } of sections) data[type]?.push({ ...copy(options), ".name": name });
  if (data["lambda-ddns"]?.length === 0) data["lambda-ddns"].push({ ".name": "global" });
  return data;
}

function copy(options: Section["options"]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([option, values]) => [option, formValue(option, values)]),
  );
}

/** A single value is a text, but where a list is edited: LuCI would take a text apart at its blanks. */
export function formValue(option: string, values: readonly string[]): string | string[] {
  const kind = serviceTabs()
    .flatMap(({ fields }) => fields)
    .find((field) => field.option === option)?.kind;
  const isList = kind === "list" || kind === "interfaces" || values.length > 1;
  return isList ? [...values] : `${values[0] ?? ""}`;
}

function addGrid(map: FormMap, input: FormInput): void {
  const grid = map.section(form.GridSection, "service", _("Services"));
  grid.anonymous = true;
  grid.addremove = true;
  grid.addbtntitle = _("Add a service");
  grid.modaltitle = (section) => _("Service %s").format(section);
  grid.handleAdd = input.add;
  addColumns(grid, map);
  for (const { name, title, fields } of serviceTabs()) {
    grid.tab(name, title);
    for (const field of fields) addField(grid, name, field, input);
  }
}

/** What the grid itself shows: the names and the interfaces as text. The flag in the dialog is a column too. */
function addColumns(grid: FormSectionNode, map: FormMap): void {
  const columns = [
    { option: "hostname", title: _("Host names"), fallback: "" },
    { option: "interface", title: _("Interface"), fallback: SERVICE_OPTIONS.interface.default },
  ];
  for (const { option, title, fallback } of columns) {
    const column = grid.option(form.DummyValue, `_${option}`, title);
    column.modalonly = false;
    // As a node: LuCI takes a bare text for HTML.
    column.textvalue = (section) => {
      const value = map.data.get("json", section, option) ?? fallback;
      const text = Array.isArray(value) ? value.join(", ") : `${value}`;
      return E("span", { style: "overflow-wrap:anywhere" }, [text]);
    };
  }
}

function addField(
  grid: FormSectionNode,
  tab: string,
  field: Field,
  { sections, interfaces }: FormInput,
): void {
  const option = grid.taboption(tab, CLASSES[field.kind], field.option, field.title, field.help);
  equip(option, field, serviceProblem);
  // A flag stands in the grid as well, where one click changes it.
  if (field.kind === "flag") option.editable = true;
  else option.modalonly = true;
  if (field.kind === "secret") {
    hide(option, (section) =>
      sections.some(({ name, hidden }) => name === section && hidden.includes(field.option)),
    );
  }
  if (field.kind.startsWith("interface")) for (const name of interfaces) option.value(name);
}

/** What every option has: its default as a hint that is never written, and the client's own judgement. */
function equip(option: FormOption, { kind, option: name, fallback, choices, only }: Field, problem: Problem) {
  option.placeholder = fallback;
  option.retain = true;
  for (const value of only?.values ?? []) option.depends(only?.option ?? "", value);
  if (choices.length > 0) {
    const standard = choices.find(([value]) => value === fallback)?.[1] ?? fallback;
    option.value("", _("default (%s)").format(standard));
    for (const [value, meaning] of choices) option.value(value, meaning);
  }
  if (kind === "flag") return equipFlag(option, fallback);
  // Whole lists are judged entry by entry, as LuCI asks; an empty field is the default.
  option.validate = (_section, value) => (value === "" ? true : (problem(name, [value]) ?? true));
}

/** UCI has five words for yes; what is not set counts as the default. A flag that nobody touched is not written. */
function equipFlag(option: FormOption, fallback: string): void {
  const stored = option.cfgvalue;
  const write = option.write;
  option.rmempty = false;
  option.default = fallback;
  // LuCI writes every flag that it shows, touched or not.
  option.write = function (this: FormOption, section, value) {
    if (this.cfgvalue(section) !== value) write.call(this, section, value);
  };
  option.cfgvalue = function (this: FormOption, ...args) {
    // With a second argument LuCI stores what it has loaded.
    const value = stored.apply(this, args);
    return ON.includes(`${value ?? fallback}`) ? "1" : "0";
  };
}

/** Write-only: nothing to show, and an empty field leaves what is set. */
function hide(option: FormOption, isSet: (section: string) => boolean): void {
  option.password = true;
  // LuCI asks for the value of a section before it draws the field.
  option.cfgvalue = function (this: FormOption, section) {
    this.placeholder = isSet(section) ? _("unchanged") : "";
    return null;
  };
  option.remove = () => {};
}
