/** The texts of src/wire/generated; throws where the page could not read by the document. */
export function contract(document: unknown): { readonly types: string; readonly schemas: string };
