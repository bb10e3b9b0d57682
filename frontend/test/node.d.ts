/** As much of Node as tests use. */
declare module "node:zlib" {
  export function gzipSync(bytes: Uint8Array): Uint8Array;
  export function deflateRawSync(bytes: Uint8Array): Uint8Array;
}
