// The device's key and what is done with it: signing, packing, and sealing a file that only the school can open.

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };
const bytes = (/** @type {string} */ text) => new TextEncoder().encode(text);

/** @param {ArrayBuffer | Uint8Array} data @returns {string} */
export function base64url(data) {
  let text = "";
  for (const byte of new Uint8Array(data)) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} text @returns {Uint8Array} */
export function fromBase64url(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

/** A key that never leaves this browser. @returns {Promise<CryptoKeyPair>} */
export async function newKey() {
  return /** @type {Promise<CryptoKeyPair>} */ (crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]));
}

/** The public half, as the office keeps it. @param {CryptoKeyPair} pair @returns {Promise<string>} */
export async function publicText(pair) {
  return base64url(await crypto.subtle.exportKey("raw", pair.publicKey));
}

/** @param {CryptoKeyPair} pair @param {Uint8Array | string} data @returns {Promise<string>} */
export async function sign(pair, data) {
  return base64url(await crypto.subtle.sign(SIGNING, pair.privateKey, typeof data === "string" ? bytes(data) : data));
}

/** @param {string} text @returns {Promise<Uint8Array>} */
export async function gzip(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * The text of an op file: a batch that only the school can read, signed by this device.
 * @param {{pair: CryptoKeyPair, origin: string, school: {id: string, ops_key: string}}} device
 * @param {string} batch the same JSON as it would be sent
 * @returns {Promise<string>}
 */
export async function sealed(device, batch) {
  const exchange = { name: "ECDH", namedCurve: "P-256" };
  const own = await crypto.subtle.generateKey(exchange, false, ["deriveBits"]);
  const theirs = await crypto.subtle.importKey("raw", fromBase64url(device.school.ops_key), exchange, false, []);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
  const material = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const derive = {
    name: "HKDF",
    hash: "SHA-256",
    salt: new Uint8Array(0),
    info: bytes(`korablik ops file 1${device.origin}`),
  };
  const key = await crypto.subtle.deriveKey(derive, material, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const body = base64url(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, await gzip(batch)));
  const file = {
    v: 1,
    school: device.school.id,
    device: device.origin,
    ephemeral: base64url(await crypto.subtle.exportKey("raw", own.publicKey)),
    iv: base64url(iv),
    body,
  };
  const text = [file.v, file.school, file.device, file.ephemeral, file.iv, file.body].join("\n");
  return JSON.stringify({ ...file, signature: await sign(device.pair, text) });
}
