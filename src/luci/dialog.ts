// What asks for a new service: three values, or the section as the operator's tool printed it.
import { type Pasted, parsePasted, sectionName } from "./paste.ts";
import { serviceProblem } from "./rules.ts";

/** One of the values that are asked for, with the place for what is wrong with it. */
interface Asked {
  option: string;
  title: string;
  input: HTMLInputElement;
  problem: HTMLElement;
}

/** Asks for a service; `taken` are the names of sections that are there. `done` gets one that is sound. */
export function askForService(taken: readonly string[], done: (service: Pasted) => unknown): void {
  const asked = [
    ask("url", _("URL"), "https://\u2026.lambda-url.\u2026.on.aws/"),
    ask("hostname", _("Host name"), "home.dyn.example.com"),
    ask("secret", _("Secret"), ""),
  ];
  const paste = pasteArea(asked);
  // LuCI only hides a dialog: what was typed would stay in the page, the secret with it.
  const close = (): void => {
    for (const field of [paste.area, ...asked.map(({ input }) => input)]) field.value = "";
    ui.hideModal();
  };
  const add = (): void => {
    const pasted = paste.read();
    const options: Record<string, string[]> = {
      enabled: ["1"],
      ...pasted?.options,
      ...answers(asked, pasted),
    };
    if (asked.some(({ problem }) => problem.textContent !== "")) return;
    close();
    const name = pasted?.name && !taken.includes(pasted.name) ? pasted.name : null;
    done({ name: name ?? sectionName(`${options["hostname"]?.[0]}`, taken), options });
  };
  ui.showModal(_("Add a service"), [
    E("p", {}, [_("Your operator gives you these three values, or a whole section to paste.")]),
    labelled("paste", _("Section"), paste.nodes),
    ...asked.map(({ option, title, input, problem }) => labelled(option, title, [input, problem])),
    E("div", { class: "right button-row" }, [
      E("button", { class: "btn cbi-button", click: close }, [_("Dismiss")]),
      " ",
      E("button", { class: "btn cbi-button cbi-button-positive important", click: add }, [_("Add")]),
    ]),
  ]);
  asked[0]?.input.focus();
}

/** What was typed; says beside each value what is wrong with it. A section with a code needs no secret. */
function answers(asked: readonly Asked[], pasted: Pasted | null): Record<string, string[]> {
  const options: Record<string, string[]> = {};
  for (const { option, input, problem } of asked) {
    const value = input.value.trim();
    if (option === "secret" && value === "" && pasted?.options["code"]) continue;
    const several = option === "hostname" ? value.split(" ") : [value];
    const values = several.filter((one) => one !== "");
    options[option] = values;
    dom.content(problem, [serviceProblem(option, values) ?? ""]);
  }
  return options;
}

/** Where a section is pasted; what it says fills the fields of `asked`. */
function pasteArea(asked: readonly Asked[]): {
  area: HTMLTextAreaElement;
  nodes: Node[];
  read: () => Pasted | null;
} {
  const area = E("textarea", {
    id: "lambda-ddns-paste",
    rows: 4,
    style: "width:100%;box-sizing:border-box",
    placeholder: "config service 'home'\n\toption url '\u2026'",
  }) as HTMLTextAreaElement;
  const refused = E("div", { role: "alert" }, []);
  const read = (): Pasted | null => parsePasted(area.value);
  area.addEventListener("input", () => {
    const pasted = read();
    for (const { option, input } of asked) input.value = pasted?.options[option]?.join(" ") ?? input.value;
    const unknown = area.value.trim() !== "" && !pasted;
    dom.content(refused, [unknown ? _("This is no section that lambda-ddns-admin prints.") : ""]);
  });
  return { area, nodes: [area, refused], read };
}

function ask(option: string, title: string, placeholder: string): Asked {
  const input = E("input", {
    id: `lambda-ddns-${option}`,
    class: "cbi-input-text",
    type: option === "secret" ? "password" : "text",
    autocomplete: "off",
    placeholder,
  }) as HTMLInputElement;
  return { option, title, input, problem: E("div", { role: "alert", style: "color:#d33" }, []) };
}

function labelled(option: string, title: string, nodes: readonly Node[]): HTMLElement {
  return E("div", { class: "cbi-value" }, [
    E("label", { class: "cbi-value-title", for: `lambda-ddns-${option}` }, [title]),
    E("div", { class: "cbi-value-field" }, nodes),
  ]);
}
