// The page's TypeScript of an AsyncAPI document: the types of its messages, and schemas to read by.

/** Whose fields the server always tells, though whoever asks may leave them out. */
const WHOLE = new Set(["Settings", "Opinion"]);
/** What the contract lets be left out of the rest, and the page insists on; a browser may have kept the others without. */
const TOLD = { Why: ["lock"] };
/** What this page does not read, and so does not insist on. */
const UNREAD = {
  Song: ["duration_seconds", "year", "meter"],
  Why: ["heart_rate", "terms"],
};
/** Words that are shown as they are, also those of tomorrow. */
const OPEN = { Why: ["mode"], PastWorkout: ["mode"], Play: ["mode"] };

const SAID = ["$schema", "title", "description"];
const KINDS = ["object", "array", "string", "integer", "number", "boolean", "null"];
const LIMITS = ["minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems"];
const KNOWN = [...SAID, ...LIMITS, "type", "enum", "anyOf", "items", "properties", "required"];

/** The texts of types.ts and schemas.ts; throws where src/wire/schema.ts could not read by it. */
export function contract(document) {
  /** Schemas by their titles; where one is used stands `{ ref: title }`. */
  const definitions = new Map();
  const sent = messages(document, definitions, "send", "action");
  const received = messages(document, definitions, "receive", "type");
  const all = [...definitions];
  const asked = new Set(Object.values(sent));
  return {
    types: text([
      ...all.map(([title, schema]) => typeDefinition(title, schema, asked.has(title))),
      `export type Sent = ${Object.values(sent).join(" | ")};`,
      `export type Received = ${Object.values(received).join(" | ")};`,
    ]),
    schemas: text([
      ...all.map(([title, schema]) => `export const ${title} = ${data(schema)} as const;`),
      `/** What is sent, by its action. */\nexport const SENT = ${table(sent)} as const;`,
      `/** What is received, by its type. */\nexport const RECEIVED = ${table(received)} as const;`,
    ]),
  };
}

function text(parts) {
  return `/** Made of events/asyncapi.json by scripts/generate.js. */\n\n${parts.join("\n\n")}\n`;
}

/** The titles of an operation's messages, by their tags. */
function messages(document, definitions, operation, tag) {
  const titles = document.operations[operation].messages.map(({ $ref }) => {
    const { payload, summary } = document.components.messages[$ref.split("/").at(-1)];
    const [name] = payload.properties[tag].enum;
    return [name, define({ ...payload, description: summary }, definitions).ref];
  });
  return Object.fromEntries(titles);
}

/** The same schema with a reference wherever one with a title is. */
function define(schema, definitions) {
  const inside = (each) => define(each, definitions);
  check(schema);
  const { title } = schema;
  const inner = { ...schema };
  if (title in UNREAD || title in OPEN) inner.properties = asRead(schema);
  if (schema.required) inner.required = schema.required.filter((name) => name in inner.properties);
  if (title in TOLD) inner.required = [...inner.required, ...TOLD[title]];
  if (inner.properties) inner.properties = mapped(inner.properties, inside);
  if (inner.anyOf) inner.anyOf = inner.anyOf.map(inside);
  if (Array.isArray(inner.items)) inner.items = inner.items.map(inside);
  else if (inner.items) inner.items = inside(inner.items);
  if (title === undefined) return inner;
  const known = definitions.get(title);
  if (known && data(known) !== data(inner)) {
    throw new Error(`The document has two different schemas with the title ${title}.`);
  }
  definitions.set(title, inner);
  return { ref: title };
}

function asRead({ title, properties }) {
  const read = Object.entries(properties).filter(([name]) => !UNREAD[title]?.includes(name));
  return mapped(Object.fromEntries(read), (schema, name) =>
    OPEN[title]?.includes(name) ? { type: "string" } : schema,
  );
}

/** Refuses what src/wire/schema.ts would not check. */
function check(schema) {
  const { title = JSON.stringify(schema), additionalProperties, anyOf, enum: known, type } = schema;
  const strange = Object.keys(schema).filter(
    (key) => !KNOWN.includes(key) && !(key === "additionalProperties" && !additionalProperties),
  );
  if (strange.length > 0) throw new Error(`The page cannot read by ${strange.join()} of ${title}.`);
  if (!anyOf && !known && !KINDS.includes(type)) throw new Error(`${title} has no kind.`);
  const kinds = anyOf?.map(({ type, enum: words }) => (words ? "string" : type?.replace("integer", "number")));
  if (new Set(kinds).size !== (kinds?.length ?? 0)) {
    throw new Error(`The page cannot tell the alternatives of ${title} apart.`);
  }
  if (known?.some((word) => typeof word !== "string")) throw new Error(`${title} is not of texts.`);
}

function typeDefinition(title, schema, isSent) {
  const lead = comment(schema, "");
  if (schema.type !== "object") return `${lead}export type ${title} = ${type(schema)};`;
  const fields = Object.entries(schema.properties).map(([name, field]) => {
    const needed = WHOLE.has(title) || schema.required?.includes(name);
    return `${comment(field, "  ")}  readonly ${name}${needed ? "" : "?"}: ${type(field, isSent)};\n`;
  });
  return `${lead}export interface ${title} {\n${fields.join("")}}`;
}

/** `isSent`: as who asks may say it. */
function type(schema, isSent = false) {
  if (schema.ref) return isSent && WHOLE.has(schema.ref) ? `Partial<${schema.ref}>` : schema.ref;
  if (schema.anyOf) return schema.anyOf.map((each) => type(each, isSent)).join(" | ");
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  if (Array.isArray(schema.items)) return `readonly [${schema.items.map((each) => type(each)).join(", ")}]`;
  if (schema.type === "array") return `readonly ${item(type(schema.items))}[]`;
  return schema.type === "integer" ? "number" : schema.type;
}

function item(type) {
  return /^\w+$/.test(type) ? type : `(${type})`;
}

function comment({ description }, indent) {
  if (!description) return "";
  return `${indent}/** ${description.split("\n")[0].replaceAll("*/", "* /")} */\n`;
}

/** The schema as TypeScript, without what is only said. */
function data(schema) {
  if (schema === null || typeof schema !== "object") return JSON.stringify(schema);
  if (Array.isArray(schema)) return `[${schema.map(data).join(", ")}]`;
  if (typeof schema.ref === "string") return schema.ref;
  const { properties, ...others } = schema;
  const parts = Object.entries(others)
    .filter(([key]) => !SAID.includes(key))
    .map(([key, value]) => `${key}: ${data(value)}`);
  if (WHOLE.has(schema.title)) parts.push("whole: true");
  if (properties) {
    const fields = Object.entries(properties).map(([name, field]) => `${name}: ${data(field)}`);
    parts.push(`properties: {\n  ${fields.join(",\n  ")},\n}`);
  }
  return `{ ${parts.join(", ")} }`;
}

function table(titles) {
  return `{ ${Object.entries(titles).map(([name, title]) => `${name}: ${title}`).join(", ")} }`;
}

function mapped(record, change) {
  return Object.fromEntries(Object.entries(record).map(([name, each]) => [name, change(each, name)]));
}
