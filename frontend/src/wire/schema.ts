/** Reads values by the schemas of `events/`: what of JSON Schema, draft 4, these use. */

export interface Schema {
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean" | "null";
  readonly enum?: readonly string[];
  /** Of different types, so that a value's own says which is meant. */
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Of each item, or of one after the other. */
  readonly items?: Schema | readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  /** Whether the server tells every field, though whoever asks may leave some out. */
  readonly whole?: true;
}

/** Who says something: the page, to a server that refuses unknown fields; or the server. */
export type Side = "page" | "server";

/** A value that its schema does not allow; `message` goes on after its name. */
export class Misfit extends Error {
  constructor(
    readonly field: string,
    value: unknown,
    words: string,
  ) {
    super(`is ${quote(value)}, but must be ${words}.`);
  }
}

/** What `schema` knows of `value`, which is called `name`; throws `Misfit`. */
export function read(schema: Schema, value: unknown, name: string, side: Side): unknown {
  if (schema.anyOf) return read(alternative(schema.anyOf, value), value, name, side);
  const fits = (does: boolean, words: string) => {
    if (!does) throw new Misfit(name, value, words);
  };
  if (schema.enum) {
    fits(schema.enum.some((each) => each === value), `one of ${schema.enum.join(", ")}`);
  } else if (schema.type === "object") {
    fits(typeOf(value) === "object", "an object");
    return fields(schema, value as Fields, side);
  } else if (schema.type === "array") {
    const { minItems: low = 0, maxItems: high } = schema;
    const isList = Array.isArray(value) && isWithin(value.length, low, high);
    fits(isList, `a list${range(low, high)}`);
    return items(schema, value as readonly unknown[], name, side);
  } else if (schema.type === "string") {
    fits(isText(schema, value), textWords(schema));
  } else if (schema.type === "number" || schema.type === "integer") {
    fits(isNumber(schema, value), numberWords(schema));
  } else {
    fits(typeOf(value) === schema.type, schema.type === "boolean" ? "true or false" : "null");
  }
  return value;
}

/** Shown to somebody: JSON, cut where it is long. */
export function quote(value: unknown): string {
  const text = value === undefined ? "missing" : json(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** What can be read may be nested too deep to be written. */
function json(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "nested too deep to show";
  }
}

type Fields = Readonly<Record<string, unknown>>;

function fields(schema: Schema, value: Fields, side: Side): Fields {
  const { properties = {}, required = [], whole, additionalProperties } = schema;
  const isWhole = whole === true && side === "server";
  const told = Object.entries(properties).filter(
    ([name]) => isWhole || required.includes(name) || value[name] !== undefined,
  );
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(properties, name));
  if (unknown !== undefined && additionalProperties === false && side === "page") {
    throw new Misfit(unknown, value[unknown], "left out");
  }
  return Object.fromEntries(
    told.map(([name, each]) => [name, read(each, value[name], name, side)] as const),
  );
}

/** Where each place has a schema of its own, what comes after the last is not read. */
function items(
  { items: each = {} }: Schema,
  value: readonly unknown[],
  name: string,
  side: Side,
): readonly unknown[] {
  if (isEach(each)) return each.map((schema, place) => read(schema, value[place], name, side));
  return value.map((item) => read(each, item, name, side));
}

function isEach(items: Schema | readonly Schema[]): items is readonly Schema[] {
  return Array.isArray(items);
}

function alternative(schemas: readonly Schema[], value: unknown): Schema {
  const kind = typeOf(value);
  return schemas.find((schema) => kindOf(schema) === kind) ?? schemas[0] ?? {};
}

function kindOf({ type, enum: words }: Schema): string | undefined {
  return words ? "string" : type === "integer" ? "number" : type;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Letters are counted as the server does, a pair of surrogates as one. */
function isText({ minLength, maxLength, pattern }: Schema, value: unknown): boolean {
  if (typeof value !== "string") return false;
  if (pattern !== undefined && !new RegExp(pattern, "u").test(value)) return false;
  return isWithin(Array.from(value).length, minLength, maxLength);
}

function textWords({ minLength, maxLength, pattern }: Schema): string {
  if (pattern !== undefined) return `a text like ${pattern}`;
  if (maxLength === undefined) return "text";
  return `a text${range(minLength ?? 0, maxLength)} letters`;
}

function isNumber({ type, minimum, maximum }: Schema, value: unknown): boolean {
  const isOne = type === "integer" ? Number.isInteger(value) : Number.isFinite(value);
  return isOne && isWithin(value as number, minimum, maximum);
}

function numberWords({ type, minimum, maximum }: Schema): string {
  const kind = type === "integer" ? "a whole number" : "a number";
  if (minimum === undefined || maximum === undefined) return kind;
  return `${kind} from ${minimum} to ${maximum}`;
}

function isWithin(value: number, low = -Infinity, high = Infinity): boolean {
  return value >= low && value <= high;
}

function range(low: number, high: number | undefined): string {
  if (high === undefined) return low > 0 ? ` of at least ${low}` : "";
  return low === high ? ` of ${low}` : ` of ${low} to ${high}`;
}
