// Properties of a CloudFormation resource against AWS's resource specification: unknown, missing, not allowed.
// Values that CloudFormation computes (Ref and the Fn:: functions) are taken for right.
import type { loadAwsServiceSpecSync } from "@aws-cdk/aws-service-spec";
import type { CollectionTag, ScalarTag } from "yaml";

export type SpecDatabase = ReturnType<typeof loadAwsServiceSpecSync>;
type Resource = ReturnType<SpecDatabase["all"]>[number] & { properties: Record<string, Property> };

/** CloudFormation's short forms, as the objects that they stand for. */
const NAMES = ["Ref", "GetAtt", "Sub", "If", "Equals", "Not", "And", "Or", "Condition", "Select", "Split"];
export const TEMPLATE_TAGS = NAMES.flatMap((name): (ScalarTag | CollectionTag)[] => {
  const key = name === "Ref" || name === "Condition" ? name : `Fn::${name}`;
  const tag = `!${name}`;
  return [
    { tag, resolve: (text: string) => ({ [key]: text }) },
    { tag, collection: "seq", resolve: (seq) => ({ [key]: (seq as { toJSON(): unknown }).toJSON() }) },
  ];
});

interface Property {
  type: PropertyType;
  required?: boolean;
}
interface PropertyType {
  type: string;
  allowedValues?: readonly unknown[];
  element?: PropertyType;
  reference?: { $ref: string };
}

/** What is wrong with `properties` for the resource type; empty when nothing is. */
export function problemsOf(db: SpecDatabase, type: string, properties: object): string[] {
  const [resource] = db.lookup("resource", "cloudFormationType", "equals", type);
  if (!resource) return [`${type} is not a resource type`];
  return memberProblems(db, (resource as unknown as Resource).properties, properties, "");
}

function memberProblems(
  db: SpecDatabase,
  known: Record<string, Property>,
  given: object,
  path: string,
): string[] {
  const problems = Object.entries(given).flatMap(([name, value]) => {
    const property = known[name];
    return property
      ? valueProblems(db, property.type, value, path + name)
      : [`${path}${name} is not a property`];
  });
  const missing = Object.entries(known).filter(([name, { required }]) => required && !(name in given));
  return [...problems, ...missing.map(([name]) => `${path}${name} is missing`)];
}

function valueProblems(db: SpecDatabase, type: PropertyType, value: unknown, path: string): string[] {
  if (isComputed(value)) return [];
  if (type.allowedValues && !type.allowedValues.includes(value))
    return [`${path} may not be ${String(value)}`];
  if (type.type === "array" && type.element) {
    const { element } = type;
    return Array.isArray(value)
      ? value.flatMap((one, index) => valueProblems(db, element, one, `${path}[${index}]`))
      : [`${path} is not a list`];
  }
  if (type.type === "ref" && type.reference) {
    const definition = db.get("typeDefinition", type.reference.$ref) as unknown as Resource;
    const isObject = typeof value === "object" && value !== null;
    return isObject
      ? memberProblems(db, definition.properties, value, `${path}.`)
      : [`${path} is not an object`];
  }
  return scalarFits(type.type, value) ? [] : [`${path} is not of type ${type.type}`];
}

function scalarFits(type: string, value: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "number") return typeof value === "number";
  return !["string", "boolean"].includes(type) || typeof value === type;
}

function isComputed(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const [name = "", ...more] = Object.keys(value);
  return more.length === 0 && (name === "Ref" || name.startsWith("Fn::"));
}
