// The globals of a LuCI view that this page uses, as far as it uses them; LuCI 23.05 to 25.12.

/** A node. Texts come in arrays only, since LuCI takes a bare string for HTML; and nothing is null, which LuCI 23.05 shows as a word. */
declare function E(
  tag: string,
  attributes: Readonly<Record<string, unknown>>,
  children?: readonly (Node | string)[],
): HTMLElement;

declare const L: { hasViewPermission(): boolean | null };

declare const dom: { content(node: Node, children: readonly (Node | string)[]): void };

declare const poll: { add(step: () => Promise<unknown>, seconds: number): boolean };

interface ExecResult {
  code: number;
  stdout?: string;
  stderr?: string;
}

declare const fs: {
  exec(command: string, args: readonly string[]): Promise<ExecResult>;
  exec_direct(command: string, args: readonly string[], type: "text"): Promise<string>;
};

declare const rpc: {
  // biome-ignore lint/suspicious/noExplicitAny: what a call takes and gives stands in its declaration.
  declare(call: Readonly<Record<string, unknown>>): (...args: any[]) => Promise<any>;
};

declare const ui: {
  createHandlerFn(self: unknown, handler: (...args: never[]) => unknown, ...args: unknown[]): unknown;
  showModal(title: string, children: readonly Node[], ...classes: string[]): void;
  hideModal(): void;
  addNotification(title: null, children: Node, ...classes: string[]): void;
};

interface FormOption {
  placeholder: string;
  rmempty: boolean;
  default: string;
  password: boolean;
  modalonly: boolean;
  editable: boolean;
  retain: boolean;
  enabled: string;
  disabled: string;
  option: string;
  value(value: string, label?: string): void;
  depends(option: string, value: string): void;
  cfgvalue(...args: [section: string, loaded?: unknown]): unknown;
  textvalue(section: string): unknown;
  validate(section: string, value: string): true | string;
  write(section: string, value: unknown): void;
  remove(section: string): void;
}

type OptionClass = { readonly option: unique symbol };
type SectionClass = { readonly section: unique symbol };

interface FormSectionNode {
  anonymous: boolean;
  addremove: boolean;
  addbtntitle: string;
  modaltitle: (section: string) => string;
  tab(name: string, title: string): void;
  taboption(tab: string, kind: OptionClass, option: string, title: string, help: string): FormOption;
  option(kind: OptionClass, option: string, title: string, help?: string): FormOption;
  handleAdd(): unknown;
}

interface FormMap {
  readonly: boolean;
  data: {
    get(config: string, section: string, option: string): unknown;
    set(config: string, section: string, option: string, value: unknown): void;
    add(config: string, type: string, section: string): string;
    sections(config: string, type?: string): Readonly<Record<string, unknown>>[];
  };
  section(kind: SectionClass, typeOrName: string, ...more: string[]): FormSectionNode;
  render(): Promise<HTMLElement>;
  reset(): Promise<unknown>;
  save(callback: null, silent: boolean): Promise<unknown>;
}

declare const form: {
  JSONMap: new (data: Readonly<Record<string, unknown>>, title: string) => FormMap;
  GridSection: SectionClass;
  NamedSection: SectionClass;
  Flag: OptionClass;
  Value: OptionClass;
  DynamicList: OptionClass;
  ListValue: OptionClass;
  DummyValue: OptionClass;
};

declare const baseclass: { extend(box: Readonly<Record<string, unknown>>): unknown };

/** What the loader gets: the file returns it. */
declare let app: unknown;
