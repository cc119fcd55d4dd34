// One question to the office: signed by the device, with a time limit, and every refusal as its code and sentence.

import { gzip, sign } from "./keys.js";
import { moment } from "./ops.js";
import { write, got } from "./store.js";

const PATIENCE = 60_000; // ms; on 2G a full batch takes half of it

/** The office answered, and refused. */
export class Refused extends Error {
  /** @param {number} status @param {any} problem @param {number} wait ms the office asks to wait */
  constructor(status, problem, wait = 0) {
    super(problem.title || `${status}`);
    this.status = status;
    this.code = String(problem.type || "").replace("urn:korablik:", "") || `http_${status}`;
    this.problem = problem;
    this.wait = wait;
  }
}

/** No whole answer came. */
export class Unreachable extends Error {}

/** The moment by the office's clock as far as it is known. @param {{offset?: number} | null | undefined} line */
export const officeNow = (line) => Date.now() + (line?.offset ?? 0);

/**
 * @param {any} device null for an unsigned question
 * @param {any} line what is known of the connection
 * @param {string} method
 * @param {string} path
 * @param {string | Blob | null} [body] what a device sends as text is packed
 * @returns {Promise<any>}
 */
export async function ask(device, line, method, path, body = null) {
  try {
    return await once(device, line, method, path, body);
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "device_clock" || !error.problem.now) throw error;
    return once(device, await setClock(error.problem.now), method, path, body);
  }
}

/** Go by the office's clock from now on. @param {string} now @returns {Promise<any>} the line */
export function setClock(now) {
  const offset = Date.parse(now) - Date.now();
  return write(["kv"], async ({ kv }) => {
    const line = { ...(await got(kv.get("line"))), offset: Math.abs(offset) < 5000 ? 0 : offset };
    await got(kv.put(line, "line"));
    return line;
  });
}

/**
 * @param {any} device @param {any} line @param {string} method @param {string} path
 * @param {string | Blob | null} body
 */
async function once(device, line, method, path, body) {
  const [bytes, headers] = await packed(body, Boolean(device));
  if (device) {
    headers["X-Korablik-Device"] = device.origin;
    const at = moment(officeNow(line));
    if (method === "GET") headers["X-Korablik-At"] = at;
    headers["X-Korablik-Signature"] = await sign(device.pair, bytes ?? `${method} ${path}\n${at}`);
  }
  let response;
  let text;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: bytes,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    text = await response.text();
  } catch (error) {
    throw new Unreachable(String(error));
  }
  return answered(response, text);
}

/** @param {Response} response @param {string} text */
function answered(response, text) {
  let said;
  try {
    said = text ? JSON.parse(text) : {};
  } catch {
    // a proxy's page, or an answer cut off
    if (response.ok) throw new Unreachable("not an answer of the office");
    said = {};
  }
  if (response.ok) return said;
  if ([502, 503, 504].includes(response.status) && !said.type) throw new Unreachable(`${response.status}`);
  throw new Refused(response.status, said, 1000 * (Number(response.headers.get("Retry-After")) || 0));
}

/**
 * @param {string | Blob | null} body @param {boolean} small
 * @returns {Promise<[Uint8Array | null, Record<string, string>]>}
 */
async function packed(body, small) {
  if (body === null) return [null, {}];
  if (typeof body !== "string") return [new Uint8Array(await body.arrayBuffer()), { "Content-Type": body.type }];
  const type = { "Content-Type": "application/json" };
  if (!small || !("CompressionStream" in self)) return [new TextEncoder().encode(body), type];
  return [await gzip(body), { ...type, "Content-Encoding": "gzip" }];
}
